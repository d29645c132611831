//! `DELETE /api/individuals/:id` (8.21).

use axum::response::Response;
use rollcall_core::command::{Command, Expect, List};
use serde_json::{Map, json};

use crate::api::church::{caller::Caller, input::Names, refused::Answered};

/// Archives somebody: what was marked for them stays.
pub(super) async fn archive(caller: Caller, names: Names) -> Answered<Response> {
    caller.coordinator()?;
    let fields = Map::from_iter([("status".to_owned(), json!("inactive"))]);
    let (list, id, expect) = (List::People, Some(names.id("id")), Expect::There);
    caller.put(Command::Change { list, id, fields, expect, seen: None }).await?;
    Ok(caller.done("Individual archived successfully"))
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, shown};

    #[tokio::test]
    async fn church_8_21_an_archived_person_is_listed_no_more() {
        let house = church().await;
        assert_eq!(house.by("3", "DELETE", "/api/individuals/12", None).await.0, 403);
        assert_eq!(house.by("2", "DELETE", "/api/individuals/12", None).await.0, 200);
        let (_, said) = house.by("3", "GET", "/api/individuals", None).await;
        assert_eq!(shown(&said["people"]), "10 11 20 21");
        assert_eq!(house.by("2", "DELETE", "/api/individuals/99", None).await.0, 404);
    }
}
