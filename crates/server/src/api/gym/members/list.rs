//! `GET members/`: everybody, filtered and sorted (G8.5).

use std::{collections::HashMap, sync::Arc};

use axum::extract::{Query, State};
use rollcall_core::{
    facts::Facts,
    people::{Permission, Person, PersonStatus},
    time::Date,
};

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    everybody, holds, items,
};
use crate::api::Api;

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(asked): Query<HashMap<String, String>>,
) -> Answer {
    caller.must(Permission::ReadPeople)?;
    let now = caller.now;
    let people = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        let (filter, today) = (Filter::of(&asked), facts.zone()?.date_of(now));
        let mut people = everybody(facts)?;
        people.retain(|person| filter.holds(person, today));
        sort(&mut people, asked.get("sort_by").map(String::as_str));
        Ok(people)
    });
    ok(&items(&people.await?, now))
}

/// Whom a list shows; what is not understood asks for nothing.
struct Filter {
    search: String,
    active: Option<bool>,
    subscribed: Option<bool>,
}

impl Filter {
    fn of(asked: &HashMap<String, String>) -> Self {
        let choice = |key: &str, yes: &str, no: &str| {
            let value = asked.get(key)?;
            let is = |word: &str| value.eq_ignore_ascii_case(word);
            if is(yes) { Some(true) } else { is(no).then_some(false) }
        };
        Self {
            search: asked.get("search").map(|text| text.trim().to_lowercase()).unwrap_or_default(),
            active: choice("status", "active", "inactive"),
            subscribed: choice("has_active_subscription", "true", "false"),
        }
    }

    fn holds(&self, person: &Person, today: Date) -> bool {
        let active = person.status == PersonStatus::Active;
        let subscribed = || person.membership.as_ref().is_some_and(|plan| plan.counts_on(today));
        self.active.is_none_or(|wanted| wanted == active)
            && self.subscribed.is_none_or(|wanted| wanted == subscribed())
            && (holds(&person.full_name(), &self.search)
                || person.phone.as_deref().is_some_and(|phone| holds(phone, &self.search)))
    }
}

/// By name, unless asked otherwise.
fn sort(people: &mut [Arc<Person>], by: Option<&str>) {
    match by.unwrap_or_default() {
        "created" => people.sort_by_key(|person| person.created_at),
        "-created" => people.sort_by_key(|person| std::cmp::Reverse(person.created_at)),
        by => {
            people.sort_by_cached_key(|person| person.full_name().to_lowercase());
            if by == "-name" {
                people.reverse();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, Gym, each, keys};

    #[tokio::test]
    async fn g8_5_the_list_is_filtered_and_sorted() {
        let gym = Gym::open().await;
        let (ann, ben, bo, cy) = ("Ann Maria Example", "Ben Sample", "Bo Ray", "Cy Day");
        for (query, expected) in [
            ("", vec![ann, ben, bo, cy]),
            ("?sort_by=-name", vec![cy, bo, ben, ann]),
            ("?sort_by=created", vec![bo, cy, ben, ann]),
            ("?sort_by=-created", vec![ann, ben, bo, cy]),
            ("?search=SAMP", vec![ben]),
            ("?search=30%20111", vec![ann]),
            ("?search=maria+ex", vec![ann]),
            ("?search=nobody", vec![]),
            ("?status=inactive", vec![ben]),
            ("?status=active&search=b", vec![bo]),
            ("?status=all", vec![ann, ben, bo, cy]),
            ("?has_active_subscription=true", vec![ann]),
            ("?has_active_subscription=false&sort_by=name", vec![ben, bo, cy]),
        ] {
            let list = gym.read(&format!("/api/members/{query}")).await;
            assert_eq!(each(&list, "full_name"), expected, "{query}");
        }
    }

    #[tokio::test]
    async fn g8_6_a_member_has_every_key() {
        let gym = Gym::open().await;
        let list = gym.read("/api/members/?search=ann").await;
        let item = &list[0];
        let expected = [
            "address",
            "created_at",
            "full_name",
            "id",
            "image",
            "image_url",
            "membership_number",
            "membership_type",
            "notes",
            "phone",
            "status",
            "updated_at",
        ];
        assert_eq!(keys(item), expected);
        assert_eq!((&item["id"], &item["membership_number"]), (&ANN.into(), &"GYM0001".into()));
        assert_eq!((&item["membership_type"], &item["status"]), (&"Gold".into(), &"active".into()));
        assert_eq!((&item["address"], &item["notes"]), (&"".into(), &"".into()));
        assert_eq!(item["created_at"], "2026-01-02T08:00:00.000Z");
    }
}
