//! `POST /v1/commands`.

use axum::{Json, response::IntoResponse};
use rollcall_core::{command, id::CommandId};
use rollcall_wire::native::rest;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::native::{hand::Hand, input::Body, lists::Answered};

/// Any command, just as the live protocol's `command` carries it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    /// The client's own id for it, the same for each retry. It counts instead of
    /// `Idempotency-Key`.
    id: String,
    /// `type` and `data`.
    #[schema(value_type = Object)]
    command: command::Command,
}

/// Puts any command to the tenant. A repeated id gets the first answer again.
#[utoipa::path(post, path = "/v1/commands", operation_id = "put_command", tag = "log", request_body = Command,
    responses((status = 200, description = "The live protocol's `answer`: `id`, `position`, `events`, `marks`, `repeated`", body = Object)))]
pub(super) async fn put(
    hand: Hand,
    Body(Command { id, command }): Body<Command>,
) -> Answered<impl IntoResponse> {
    let id = CommandId::parse("id", &id)?;
    let carried = rest::Carried::by(&command);
    let put = hand.put_as(Some(id.clone()), command).await;
    let answer = put.map_err(|refused| refused.within(carried))?;
    Ok(Json(rest::answer(Some(&id), &answer)).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn a_command_is_answered_as_it_is_live_and_once() {
        let house = House::open().await;
        let body = || {
            let command = json!({"type": "check_in", "data": {"person": {"id": "p1"}}});
            Some(json!({"id": "c-1", "command": command}))
        };
        let (status, first) = house.by("desk", "POST", "/v1/commands", body()).await;
        assert_eq!((status, &first["id"]), (200, &"c-1".into()), "{first}");
        assert_eq!(first["events"][0]["event"]["type"], "checked_in");
        let (_, again) = house.by("desk", "POST", "/v1/commands", body()).await;
        assert_eq!((&again["repeated"], &again["position"]), (&true.into(), &first["position"]));
    }

    #[tokio::test]
    async fn a_field_is_named_by_its_whole_path_whoever_refuses_it() {
        let house = House::open().await;
        for (location, code) in [(json!(7), "malformed"), (json!("x".repeat(101)), "invalid")] {
            let data = json!({"person": {"id": "p1"}, "location": location});
            let body = json!({"id": code, "command": {"type": "check_in", "data": data}});
            let (status, said) = house.by("desk", "POST", "/v1/commands", Some(body)).await;
            let (error, path) = (&said["error"], json!("command.data.location"));
            assert_eq!((status, &error["code"], &error["field"]), (400, &code.into(), &path));
            assert!(code == "malformed" || error["detail"]["field"] == path, "{said}");
        }
        let long = json!({"location": "x".repeat(101), "person": {"id": "p1"}});
        let (_, said) = house.by("desk", "POST", "/v1/visits", Some(long)).await;
        assert_eq!(said["error"]["field"], "location", "as the body has it");
    }

    #[tokio::test]
    async fn what_only_the_server_asks_cannot_be_asked_here() {
        let house = House::open().await;
        let command = json!({"type": "set_password", "data": {"account": "desk", "hash": "x"}});
        let body = Some(json!({"id": "c-1", "command": command}));
        let (status, said) = house.by("admin", "POST", "/v1/commands", body).await;
        assert_eq!((status, &said["error"]["field"]), (400, &"command.type".into()));
    }
}
