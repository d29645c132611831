//! `GET members/search/?q=`: the few that a scanned or typed text may mean (G8.5).

use std::collections::HashMap;

use axum::extract::{Query, State};
use rollcall_core::people::{Permission, Person};

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    everybody, holds, items,
};
use crate::api::Api;

/// Members that one search finds at most.
const FOUND_MAX: usize = 10;

pub(super) async fn search(
    State(api): State<Api>,
    caller: Caller,
    Query(asked): Query<HashMap<String, String>>,
) -> Answer {
    caller.must(Permission::ReadPeople)?;
    let text = asked.get("q").map(|text| text.trim().to_lowercase()).unwrap_or_default();
    if text.is_empty() {
        return ok(&[(); 0]);
    }
    let found = api.look(caller.tenant(), move |view| {
        let mut people = everybody(view)?;
        people.retain(|person| is_meant(person, &text));
        // A whole number or id comes first: it is what a scanner types.
        people.sort_by_cached_key(|person| {
            let whole = [person.number.as_deref(), Some(person.id.as_str())];
            let whole = whole.into_iter().flatten().any(|name| name.to_lowercase() == text);
            (!whole, person.full_name().to_lowercase())
        });
        people.truncate(FOUND_MAX);
        Ok(people)
    });
    ok(&items(&found.await?, caller.now))
}

fn is_meant(person: &Person, text: &str) -> bool {
    let names = [person.phone.as_deref(), person.number.as_deref(), Some(person.id.as_str())];
    holds(&person.full_name(), text) || names.into_iter().flatten().any(|name| holds(name, text))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, BEN, Gym, each, row};
    use serde_json::json;

    #[tokio::test]
    async fn g8_5_search_looks_at_name_phone_id_and_number() {
        let gym = Gym::open().await;
        for (text, expected) in [
            ("", vec![]),
            ("%20", vec![]),
            ("EXAMPLE", vec![ANN]),
            ("111", vec![ANN]),
            ("gym0002", vec![BEN]),
            (&BEN.to_uppercase(), vec![BEN]),
            ("nobody", vec![]),
        ] {
            let found = gym.read(&format!("/api/members/search/?q={text}")).await;
            assert_eq!(each(&found, "id"), expected, "{text}");
        }
        assert_eq!(gym.read("/api/members/search/").await, json!([]));
    }

    #[tokio::test]
    async fn g8_5_search_finds_at_most_ten_and_the_whole_number_first() {
        let gym = Gym::open().await;
        let person = |n: usize| {
            let number = format!("X{}", "1".repeat(n));
            json!({"id": format!("q{n}"), "number": number, "first_name": "A", "version": 1})
        };
        gym.import((1..=15).map(|n| row("person", person(n))).collect()).await;
        let found = gym.read("/api/members/search/?q=x1").await;
        assert_eq!(found.as_array().unwrap().len(), 10);
        assert_eq!(found[0]["membership_number"], "X1");
    }
}
