//! `GET /v1/sessions`.

use axum::Json;
use rollcall_core::{facts::Facts, id::AccountId, people::Permission};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::{
    api::native::{caller::Caller, input::InQuery, lists::Answered},
    clock,
};

/// Whose sign-ins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// The account; absent: the caller's own. Another's needs `manage_accounts`.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// The sign-ins of an account that last, newest first.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "list_sessions", tag = "sessions", params(Whose),
    responses((status = 200, description = "`sessions`: `id`, `account`, `started_at`, `expires_at`, `current`", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(whose): InQuery<Whose>) -> Answered {
    let own = &caller.who.account.id;
    let account = whose.account.unwrap_or_else(|| own.clone());
    if account != *own {
        caller.allow(Permission::ManageAccounts, "see another's sign-ins")?;
    }
    let now = clock::now();
    caller
        .look(move |caller, view| {
            let facts: &dyn Facts = view;
            let mut sessions = facts.sessions(&account)?;
            sessions.retain(|session| session.counts(now));
            let sessions = sessions.iter().map(|session| {
                json!({
                    "id": session.id,
                    "account": session.account,
                    "started_at": session.started_at,
                    "expires_at": session.expires_at,
                    "current": caller.who.session.as_ref() == Some(&session.id),
                })
            });
            Ok(Json(json!({ "sessions": sessions.collect::<Vec<_>>() })))
        })
        .await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn the_sign_in_of_the_request_is_pointed_out() {
        let house = House::open().await;
        house.sign_in().await;
        let bearer = format!("Bearer {}", house.sign_in().await["token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let said = json_of(house.ask("GET", "/v1/sessions", &headers, None).await).await;
        let current: Vec<_> =
            said["sessions"].as_array().unwrap().iter().map(|s| s["current"] == true).collect();
        assert_eq!(current.len(), 2, "{said}");
        assert_eq!(current.iter().filter(|current| **current).count(), 1, "{said}");
        assert_eq!(house.by("desk", "GET", "/v1/sessions?account=admin", None).await.0, 403);
    }
}
