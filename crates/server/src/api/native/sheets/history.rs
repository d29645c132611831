//! `GET /v1/sheets/{gathering}/{date}/marks/{person}/history`.

use axum::Json;
use rollcall_core::{
    event::{Committed, Event},
    facts::Facts,
    id::{AccountId, GatheringId, PersonId},
    limits,
    position::{Offset, Position},
    rejection::Fault,
    room::Room,
    sheet::Mark,
    time::{Date, Timestamp},
};
use rollcall_store::View;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::native::{caller::Caller, input::InPath, lists::Answered};

/// One write of a mark.
#[derive(Serialize, ToSchema)]
struct Write {
    /// Its place in the log.
    #[schema(value_type = String)]
    position: Position,
    /// When it was committed.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whose hand; absent for the program itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    by: Option<AccountId>,
    /// The hand's name, while the account is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    /// The mark as it stood then.
    #[schema(value_type = Object)]
    mark: Mark,
    /// The other hand's mark that it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    replaced: Option<Mark>,
}

/// The writes of a mark, oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    history: Vec<Write>,
}

/// Who marked a person on a sheet, how and when, oldest first; at most 1000 writes. Marks that
/// came with an imported file have no history before it.
#[utoipa::path(get, path = "/v1/sheets/{gathering}/{date}/marks/{person}/history", operation_id = "mark_history",
    tag = "sheets", params(("gathering" = String, Path), ("date" = String, Path), ("person" = String, Path)),
    responses((status = 200, description = "The writes", body = History)))]
pub(super) async fn history(
    caller: Caller,
    InPath((gathering, date, person)): InPath<(GatheringId, Date, PersonId)>,
) -> Answered {
    caller
        .look(move |caller, view| {
            caller.gathering(view, &gathering)?;
            let writes = writes(view, Room::Sheet(gathering, date), &person)?;
            Ok(Json(json!(History { history: writes })))
        })
        .await
}

fn writes(view: &dyn View, room: Room, person: &PersonId) -> Result<Vec<Write>, Fault> {
    let (head, rooms) = (view.position(), [room]);
    let (mut after, mut found) = (Offset(0), Vec::new());
    while after < head.offset && found.len() < limits::PAGE_ROWS_MAX {
        let page = view.log(after, limits::PAGE_ROWS_MAX, Some(&rooms))?;
        for committed in &page.events {
            found.extend(write(view, head, committed, person)?);
        }
        after = page.upto;
    }
    found.truncate(limits::PAGE_ROWS_MAX);
    Ok(found)
}

fn write(
    facts: &dyn Facts,
    head: Position,
    committed: &Committed,
    person: &PersonId,
) -> Result<Option<Write>, Fault> {
    let Event::Marked { marks, .. } = &committed.event else { return Ok(None) };
    // A batch may name somebody twice; the last word of it is what stood.
    let Some(marked) = marks.iter().rfind(|marked| marked.mark.person == *person) else {
        return Ok(None);
    };
    let hand = match &committed.by {
        Some(by) => facts.account(by)?,
        None => None,
    };
    Ok(Some(Write {
        position: Position { offset: committed.offset, ..head },
        at: committed.at,
        by: committed.by.clone(),
        by_name: hand.map(|account| account.display_name()),
        mark: (*marked.mark).clone(),
        replaced: marked.replaced.as_deref().cloned(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn a_mark_tells_who_wrote_it_when_and_how() {
        let house = House::open().await;
        let sheet = "/v1/sheets/g1/2026-11-21";
        for (account, status) in [("taker", "present"), ("admin", "late")] {
            let changes = json!({"changes": [{"person": "p1", "status": status}]});
            house.by(account, "POST", &format!("{sheet}/marks"), Some(changes)).await;
        }
        let path = format!("{sheet}/marks/p1/history");
        let (status, said) = house.by("taker", "GET", &path, None).await;
        assert_eq!(status, 200, "{said}");
        let told: Vec<_> = said["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| (w["by"].as_str().unwrap(), w["mark"]["status"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [("taker", "present"), ("admin", "late")]);
        assert_eq!(said["history"][1]["by_name"], "Ada");
        assert_eq!(said["history"][1]["replaced"]["status"], "present");
        assert_eq!(house.by("bo", "GET", &path, None).await.0, 403);
    }
}
