//! `POST admin/bulk-member-action/`: make many members active or inactive (G8.13).

use axum::extract::State;
use rollcall_core::{
    command::{Command, Expect, List},
    id::PersonId,
    limits,
    people::Permission,
};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::super::{
    answer::{Answer, ok},
    caller::Caller,
    fields::Fields,
    members,
    refused::Refused,
};
use crate::api::Api;

pub(super) async fn act(
    State(api): State<Api>,
    caller: Caller,
    body: Result<Fields, Refused>,
) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let body = body.map_err(|refused| match refused {
        // The page shows `error` here, whatever was wrong.
        Refused::Malformed(why) => Refused::Rule(why.into()),
        other => other,
    })?;
    let status = match body.get("action").and_then(Value::as_str) {
        Some("activate") => "active",
        Some("deactivate") => "inactive",
        _ => return Err(Refused::Rule("The action must be activate or deactivate".into())),
    };
    let ids = ids(&body)?;
    let found = api.look(caller.tenant(), move |view| {
        ids.into_iter()
            .map(|id| Ok(members::find(view, &id)?.map(|person| person.id.clone()).ok_or(id)))
            .collect::<Result<Result<Vec<PersonId>, String>, _>>()
    });
    let unknown = |id| Refused::Rule(format!("There is no member {id}"));
    let people = found.await?.map_err(unknown)?;
    change_all(&api, &caller, people, status).await?;
    ok(&json!({ "status": "success" }))
}

/// The members that are named, each by a text or a number.
fn ids(body: &Fields) -> Result<Vec<String>, Refused> {
    let named = body.get("member_ids").and_then(Value::as_array);
    let named = named.filter(|ids| !ids.is_empty() && ids.len() <= limits::PAGE_ROWS_MAX);
    let ids = named.and_then(|ids| {
        ids.iter()
            .map(|id| match id {
                Value::String(id) => Some(id.trim().to_owned()),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            })
            .collect()
    });
    ids.ok_or_else(|| {
        let most = limits::PAGE_ROWS_MAX;
        Refused::Rule(format!("member_ids must be a list of 1 to {most} member ids"))
    })
}

/// Puts all changes in line at once, so that they are kept together.
async fn change_all(
    api: &Api,
    caller: &Caller,
    people: Vec<PersonId>,
    status: &str,
) -> Result<(), Refused> {
    let mut changes = JoinSet::new();
    for person in people {
        let fields = Map::from_iter([("status".to_owned(), status.into())]);
        let (list, id, expect) = (List::People, Some(person.to_string()), Expect::There);
        let change = Command::Change { list, id, fields, expect, seen: None };
        let (api, tenant, by) = (api.clone(), caller.tenant().clone(), caller.by());
        changes.spawn(async move { api.submit(&tenant, by, None, change).await });
    }
    for verdict in changes.join_all().await {
        verdict?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, BEN, Gym, each, keys};

    const PATH: &str = "/api/admin/bulk-member-action/";

    #[tokio::test]
    async fn g8_13_many_members_change_at_once() {
        let gym = Gym::open().await;
        for (action, status) in [("activate", "active"), ("deactivate", "inactive")] {
            let body = json!({"action": action, "member_ids": [ANN, BEN.to_uppercase()]});
            let answer = gym.by("staff", "POST", PATH, Some(body)).await;
            assert_eq!(answer, (200, json!({"status": "success"})));
            let list = gym.read("/api/members/?search=am").await;
            assert_eq!(each(&list, "status"), [status; 2], "{list}");
        }
    }

    #[tokio::test]
    async fn g8_13_what_is_wrong_is_told_and_nothing_changes() {
        let gym = Gym::open().await;
        for body in [
            json!({"action": "delete", "member_ids": [ANN]}),
            json!({"member_ids": [ANN]}),
            json!({"action": "deactivate"}),
            json!({"action": "deactivate", "member_ids": []}),
            json!({"action": "deactivate", "member_ids": ANN}),
            json!({"action": "deactivate", "member_ids": [ANN, {}]}),
            json!({"action": "deactivate", "member_ids": [ANN, "nobody"]}),
        ] {
            let (status, answer) = gym.by("admin", "POST", PATH, Some(body.clone())).await;
            assert_eq!((status, keys(&answer)), (400, vec!["error"]), "{body}");
        }
        let ann = gym.read(&format!("/api/members/{ANN}/")).await;
        assert_eq!(ann["status"], "active");
    }
}
