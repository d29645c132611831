//! What the endpoints of the lists share: people, families, groups, gatherings and accounts are
//! read, made, changed and removed alike.

use axum::{Json, http::StatusCode};
use rollcall_core::{
    command::{Command, Expect, List},
    decide::Answer,
    event::{Change, Event},
    facts::{Key, Query, Row},
    limits,
    rejection::{Fault, Refusal, Rejection},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;

use super::{caller::Caller, hand::Hand, refused::Refused};

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Entries after this id: the `next` of the page before.
    pub(super) after: Option<String>,
    /// At most so many, up to 1000.
    pub(super) limit: Option<usize>,
}

/// What an endpoint answers.
pub(super) type Answered<T = Json<Value>> = Result<T, Refused>;

/// The entries that the caller may see, by id. A list of which nothing may be seen is refused
/// rather than shown empty.
pub(super) async fn list(caller: Caller, list: List, query: Query, page: Page) -> Answered {
    let limit = page.limit.unwrap_or(limits::PAGE_ROWS_MAX).clamp(1, limits::PAGE_ROWS_MAX);
    caller
        .look(move |caller, view| {
            let rows = view.rows(&query)?;
            let any = !rows.is_empty();
            let mut seen: Vec<_> = rows
                .into_iter()
                .filter(|row| event_of(row).is_some_and(|event| caller.hears(&event)))
                .map(|row| (id_of(&row), row))
                .collect();
            if any && seen.is_empty() {
                return Err(caller.forbidden(&format!("see {}", name(list))).into());
            }
            seen.sort_by(|(a, _), (b, _)| a.cmp(b));
            let from =
                page.after.as_ref().map_or(0, |after| seen.partition_point(|(id, _)| id <= after));
            let mut rest = seen.split_off(from);
            let more = rest.len() > limit;
            rest.truncate(limit);
            let next = rest.last().filter(|_| more).map(|(id, _)| id.clone());
            let entries =
                rest.iter().map(|(_, row)| content(row)).collect::<Result<Vec<_>, _>>()?;
            let mut said = json!({ name(list): entries });
            if let Some(next) = next {
                said["next"] = next.into();
            }
            Ok(Json(said))
        })
        .await
}

/// One entry, if the caller may see it.
pub(super) async fn show(caller: Caller, key: Key, what: &'static str, id: String) -> Answered {
    caller
        .look(move |caller, view| {
            let row = view.row(&key)?.ok_or_else(|| Rejection::not_found(what, id))?;
            if !event_of(&row).is_some_and(|event| caller.hears(&event)) {
                return Err(caller.forbidden(&format!("see this {what}")).into());
            }
            Ok(Json(content(&row)?))
        })
        .await
}

/// Makes an entry; its `id` is ours unless the body names one.
pub(super) async fn make(
    hand: Hand,
    list: List,
    mut fields: Map<String, Value>,
) -> Answered<(StatusCode, Json<Value>)> {
    let id = match fields.remove("id") {
        None => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err(Rejection::invalid("id", "must be a text").into()),
    };
    let answer = hand.put(Command::Change { list, id, fields, expect: Expect::New, seen: None });
    let row = kept(&answer.await?).ok_or_else(|| Fault("a new entry left no row".into()))?;
    Ok((StatusCode::CREATED, Json(content(&row)?)))
}

/// Lays fields over an entry (RFC 7396) and gives it as it stands then.
pub(super) async fn change(
    hand: Hand,
    list: List,
    key: Key,
    id: String,
    fields: Map<String, Value>,
    seen: Option<u32>,
) -> Answered {
    let command =
        Command::Change { list, id: Some(id.clone()), fields, expect: Expect::There, seen };
    let answer = hand.put(command).await?;
    match kept(&answer) {
        Some(row) => Ok(Json(content(&row)?)),
        // Everything was so already.
        None => show(hand.caller, key, list.entry(), id).await,
    }
}

/// Takes an entry off its list.
pub(super) async fn remove(hand: Hand, list: List, id: String) -> Answered<StatusCode> {
    hand.put(Command::Remove { list, id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The row that an answer's last event put.
pub(super) fn kept(answer: &Answer) -> Option<Row> {
    let changes = answer.events.iter().flat_map(|committed| committed.event.changes());
    let rows = changes.filter_map(|change| match change {
        Change::Put(row) => Some(row),
        Change::Remove(_) => None,
    });
    rows.last()
}

/// An entry as its events carry it.
pub(super) fn content(row: &Row) -> Result<Value, Refusal> {
    let spelt = serde_json::to_value(row);
    let mut spelt = spelt.map_err(|error| Fault(format!("a row could not be written: {error}")))?;
    Ok(spelt["row"].take())
}

/// The event that would tell of the entry; its audience is who may read it.
fn event_of(row: &Row) -> Option<Event> {
    Some(match row.clone() {
        Row::Tenant(tenant) => Event::TenantChanged(tenant),
        Row::Account(account) => Event::AccountChanged(account),
        Row::Session(session) => Event::SignedIn(session),
        Row::Person(person) => Event::PersonChanged { person, created: false },
        Row::Family(family) => Event::FamilyChanged(family),
        Row::Group(group) => Event::GroupChanged(group),
        Row::Gathering(gathering) => Event::GatheringChanged(gathering),
        Row::Document(document) => Event::DocumentChanged(document),
        _ => return None,
    })
}

fn id_of(row: &Row) -> String {
    match row {
        Row::Account(account) => account.id.to_string(),
        Row::Person(person) => person.id.to_string(),
        Row::Family(family) => family.id.to_string(),
        Row::Group(group) => group.id.to_string(),
        Row::Gathering(gathering) => gathering.id.to_string(),
        _ => String::new(),
    }
}

const fn name(list: List) -> &'static str {
    match list {
        List::Tenant => "tenant",
        List::Accounts => "accounts",
        List::People => "people",
        List::Families => "families",
        List::Groups => "groups",
        List::Gatherings => "gatherings",
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn a_long_list_comes_in_pages() {
        let house = House::open().await;
        let (_, first) = house.by("admin", "GET", "/v1/people?limit=1", None).await;
        assert_eq!((&first["people"][0]["id"], &first["next"]), (&"p1".into(), &"p1".into()));
        let (_, second) = house.by("admin", "GET", "/v1/people?limit=1&after=p1", None).await;
        assert_eq!((&second["people"][0]["id"], second.get("next")), (&"p2".into(), None));
    }
}
