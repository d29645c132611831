//! `POST /v1/sessions/refresh`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens;
use crate::{
    api::{
        Api,
        native::{caller, input::Body, lists::Answered},
    },
    clock,
};

/// What gets a new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    /// The `refresh_token` of the sign-in.
    refresh_token: String,
}

/// Gives a new token while the sign-in lasts. The refresh token stays the same.
#[utoipa::path(post, path = "/v1/sessions/refresh", operation_id = "refresh_session", tag = "sessions",
    request_body = Refresh, security(()),
    responses(
        (status = 200, description = "A new token", body = tokens::SignedIn),
        (status = 401, description = "The sign-in is over"),
    ))]
pub(super) async fn refresh(
    State(api): State<Api>,
    headers: HeaderMap,
    Body(Refresh { refresh_token }): Body<Refresh>,
) -> Answered<Response> {
    let (authority, tenant) = (api.control.authority.clone(), api.tenant.clone());
    let (dialect, host) = (api.dialect, caller::host(&headers));
    let now = clock::now();
    let tokens =
        authority.refresh(dialect, tenant, host, refresh_token, now, |ask| api.keep(ask)).await?;
    Ok(tokens::answer(StatusCode::OK, &headers, tokens))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn only_a_refresh_token_of_a_sign_in_that_lasts_gets_a_new_token() {
        let house = House::open().await;
        let signed_in = house.sign_in().await;
        let refresh = async |token: &serde_json::Value| {
            let body = Some(json!({ "refresh_token": token }));
            house.ask("POST", "/v1/sessions/refresh", &[], body).await.status()
        };
        assert_eq!(refresh(&signed_in["refresh_token"]).await, 200);
        assert_eq!(refresh(&signed_in["token"]).await, 401, "an access token is of another kind");
        house.by("admin", "DELETE", "/v1/accounts/admin/sessions", None).await;
        assert_eq!(refresh(&signed_in["refresh_token"]).await, 401);
    }
}
