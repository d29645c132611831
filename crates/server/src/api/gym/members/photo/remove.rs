//! `DELETE members/{id}/photo/`: the picture is gone (G8.7).

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use rollcall_core::{
    command::{Command, Expect, List},
    people::Permission,
};
use serde_json::{Map, Value};

use super::super::{
    super::{answer::Answer, caller::Caller, path_id::PathId},
    member,
};
use crate::api::Api;

pub(super) async fn remove(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let person = member(&api, &caller, id).await?;
    super::forget(&api, caller.tenant(), &person).await?;
    let fields = Map::from_iter([("image_url".to_owned(), Value::Null)]);
    let (list, id, expect) = (List::People, Some(person.id.to_string()), Expect::There);
    caller.submit(&api, None, Command::Change { list, id, fields, expect, seen: None }).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
