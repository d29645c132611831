//! `POST auth/token/refresh/`: a new access token; the refresh token stays as it is (G8.3).

use axum::{extract::State, http::HeaderMap};
use serde_json::json;

use super::super::super::{
    answer::{Answer, ok},
    caller::host,
    fields::Fields,
};
use crate::{api::Api, clock};

pub(in super::super) async fn refresh(
    State(api): State<Api>,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let token = fields.required("refresh")?.to_owned();
    let (tenant, host, now) = (api.tenant.clone(), host(&headers), clock::now());
    let authority = &api.control.authority;
    let refreshed = authority.refresh(api.dialect, tenant, host, token, now, |ask| api.keep(ask));
    ok(&json!({ "access": refreshed.await?.access }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::super::testing::{Gym, keys};
    use crate::api::testing::{PASSWORD, json_of};

    #[tokio::test]
    async fn g8_3_a_refresh_token_gives_access_again_and_again() {
        let gym = Gym::open().await;
        let body = json!({"username": "ada", "password": PASSWORD});
        let tokens = json_of(gym.house.ask("POST", "/api/auth/token/", &[], Some(body)).await);
        let tokens = tokens.await;
        for _ in 0..2 {
            let body = json!({"refresh": tokens["refresh"]});
            let path = "/api/auth/token/refresh/";
            let response = gym.house.ask("POST", path, &[], Some(body)).await;
            assert_eq!(response.status(), 200);
            assert_eq!(keys(&json_of(response).await), ["access"]);
        }
    }

    #[tokio::test]
    async fn g8_3_an_access_token_refreshes_nothing() {
        let gym = Gym::open().await;
        let body = json!({"refresh": gym.house.token("admin")});
        let response = gym.house.ask("POST", "/api/auth/token/refresh/", &[], Some(body)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(json_of(response).await["code"], "token_not_valid");
    }
}
