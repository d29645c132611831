//! `GET /v1/log`.

use axum::Json;
use rollcall_core::{
    limits,
    live::{Recovery, Reset, recover},
    position::{Offset, Position},
    rejection::Rejection,
    room::Room,
};
use rollcall_store::View;
use rollcall_wire::native::rest;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::api::native::{caller::Caller, input::InQuery, lists::Answered, refused::Refused};

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// The `position` of the page before; absent: from the beginning.
    after: Option<String>,
    /// Events looked at, at most 1000; default 100. Those that the caller may not hear are left out.
    limit: Option<usize>,
    /// Only events of this room and the rooms inside it.
    room: Option<String>,
}

/// The log after a position, oldest first: only events that the caller may hear by the rights of
/// now, and never a secret. Ask on from `position` until `more` is false. However old a position
/// is, the log goes on from it; one of another log, or beyond the end, is answered by 410.
#[utoipa::path(get, path = "/v1/log", operation_id = "read_log", tag = "log", params(Part),
    responses(
        (status = 200, description = "`events` (the live protocol's), `position`, `more`", body = Object),
        (status = 410, description = "`other_epoch`: the log was restored or made anew; `ahead`: no position of ours"),
    ))]
pub(super) async fn read(caller: Caller, InQuery(part): InQuery<Part>) -> Answered {
    let unreadable = |_| Rejection::invalid("after", "is no position of ours");
    let after: Option<Position> =
        part.after.map(|after| after.parse()).transpose().map_err(unreadable)?;
    let room: Option<Room> = part
        .room
        .map(|room| room.parse())
        .transpose()
        .map_err(|why| Rejection::invalid("room", format!("is none: {why}")))?;
    let limit = part.limit.unwrap_or(limits::PAGE_ROWS_MAX / 10).clamp(1, limits::PAGE_ROWS_MAX);
    let found = caller.look(move |caller, view| {
        let head = view.position();
        if let Some(Recovery::Snapshot(reset @ (Reset::OtherEpoch | Reset::Ahead))) =
            after.map(|known| recover(known, head))
        {
            return Ok(Err(reset));
        }
        let after = after.map_or(Offset(0), |known| known.offset);
        Ok(Ok(page(caller, view, after, limit, room)?))
    });
    match found.await? {
        Ok(page) => Ok(Json(page)),
        Err(reset) => {
            let what_to_do = "Read everything anew, then the log from that position.";
            Err(Refused::new(reset.code(), "the position cannot be continued", what_to_do))
        }
    }
}

fn page(
    caller: &Caller,
    view: &dyn View,
    after: Offset,
    limit: usize,
    room: Option<Room>,
) -> Result<Value, rollcall_core::rejection::Fault> {
    let head = view.position();
    let rooms = room.map(|room| [room]);
    let page = view.log(after, limit, rooms.as_ref().map(|rooms| &rooms[..]))?;
    let heard = page.events.iter().filter(|committed| caller.hears(&committed.event));
    let events: Vec<_> = heard.filter_map(|event| rest::event(head.epoch, event)).collect();
    let position = Position { offset: page.upto, ..head };
    Ok(json!({ "events": events, "position": position, "more": page.upto < head.offset }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    fn kinds(said: &serde_json::Value) -> Vec<&str> {
        let events = said["events"].as_array().unwrap().iter();
        events.map(|event| event["event"]["type"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn everybody_reads_what_they_may_hear_and_nobody_a_secret() {
        let house = House::open().await;
        house.check_in("p1").await;
        house.check_in("p2").await;
        let password = Some(json!({"password": "good enough"}));
        house.by("admin", "PUT", "/v1/accounts/desk/password", password).await;
        house.by("admin", "POST", "/v1/families", Some(json!({"name": "Fox"}))).await;
        let (status, all) = house.by("admin", "GET", "/v1/log", None).await;
        assert_eq!((status, &all["more"]), (200, &false.into()));
        assert_eq!(kinds(&all), ["checked_in", "checked_in", "family_changed"]);
        assert!(!all.to_string().contains("argon2"), "{all}");
        let (_, own) = house.by("bo", "GET", "/v1/log", None).await;
        assert_eq!(kinds(&own), ["checked_in"]);
        let (_, desk) = house.by("admin", "GET", "/v1/log?room=desk", None).await;
        assert_eq!(kinds(&desk), ["checked_in", "checked_in"]);
    }

    #[tokio::test]
    async fn the_log_is_read_in_pages_to_its_end() {
        let house = House::open().await;
        house.check_in("p1").await;
        house.check_in("p2").await;
        let (mut path, mut read, mut pages) = ("/v1/log?limit=1".to_owned(), 0, 0);
        loop {
            let (_, said) = house.by("admin", "GET", &path, None).await;
            read += kinds(&said).len();
            pages += 1;
            path = format!("/v1/log?limit=1&after={}", said["position"].as_str().unwrap());
            if said["more"] == false {
                break;
            }
            assert!(pages < 10);
        }
        assert_eq!(read, 2);
    }

    #[tokio::test]
    async fn a_position_of_another_log_is_gone() {
        let house = House::open().await;
        for (after, status, code) in [
            ("000000ff-1", 410, "other_epoch"),
            ("00000007-999", 410, "ahead"),
            ("yesterday", 400, "invalid"),
        ] {
            let (found, said) =
                house.by("admin", "GET", &format!("/v1/log?after={after}"), None).await;
            assert_eq!((found, &said["error"]["code"]), (status, &code.into()), "{after}");
        }
    }
}
