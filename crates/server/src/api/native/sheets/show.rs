//! `GET /v1/sheets/{gathering}/{date}`.

use axum::Json;
use rollcall_core::{id::GatheringId, room::Room, time::Date};
use rollcall_wire::native::rest;

use crate::{
    api::native::{caller::Caller, input::InPath, lists::Answered},
    clock,
};

/// A sheet whole: what the live protocol's snapshot of its room holds, with the position from
/// which its events can be followed.
#[utoipa::path(get, path = "/v1/sheets/{gathering}/{date}", operation_id = "show_sheet", tag = "sheets",
    params(("gathering" = String, Path), ("date" = String, Path)),
    responses((status = 200, description = "`position`, `room`, `gathering`, `sheet`, `roster`, `marks`, `headcounts`", body = Object)))]
pub(super) async fn show(
    caller: Caller,
    InPath((id, date)): InPath<(GatheringId, Date)>,
) -> Answered {
    let now = clock::now();
    caller
        .look(move |caller, view| {
            let (room, account) = (Room::Sheet(id, date), &caller.who.account.id);
            Ok(Json(rest::room(view, view.position(), &room, account, now)?))
        })
        .await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn a_sheet_is_there_before_anything_is_written_on_it() {
        let house = House::open().await;
        let (status, said) = house.by("taker", "GET", "/v1/sheets/g1/2026-11-21", None).await;
        assert_eq!((status, &said["room"]), (200, &"sheet/2026-11-21/g1".into()));
        assert_eq!(said["roster"].as_array().unwrap().len(), 2);
        assert!(said["sheet"].is_null() && said["position"].is_string());
        assert_eq!(house.by("taker", "GET", "/v1/sheets/g2/2026-11-21", None).await.0, 403);
    }
}
