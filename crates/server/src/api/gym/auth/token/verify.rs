//! `POST auth/token/verify/`: whether a token, of either kind, is good (G8.3).

use axum::{extract::State, http::HeaderMap};
use rollcall_wire::conversation::SignInRefusal;
use serde_json::json;

use super::super::super::{
    answer::{Answer, ok},
    caller::{self, host},
    fields::Fields,
};
use crate::{api::Api, clock};

pub(in super::super) async fn verify(
    State(api): State<Api>,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let token = fields.required("token")?.to_owned();
    let (tenant, host, now) = (api.tenant.clone(), host(&headers), clock::now());
    let (given, listener, name, dialect) =
        (token.clone(), tenant.clone(), host.clone(), api.dialect);
    let opens = api.apart(move |control| {
        control.authority.identify(dialect, listener.as_ref(), name.as_deref(), &given, now)
    });
    match opens.await? {
        Ok(_) => {}
        Err(SignInRefusal::Invalid) => {
            // Perhaps it is a refresh token: those are never rotated, so trying one is free.
            let authority = &api.control.authority;
            authority.refresh(dialect, tenant, host, token, now, |ask| api.keep(ask)).await?;
        }
        Err(refusal) => return Err(caller::refused(refusal)),
    }
    ok(&json!({}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::super::testing::Gym;
    use crate::api::testing::{PASSWORD, json_of};

    #[tokio::test]
    async fn g8_3_verify_says_whether_a_token_of_either_kind_is_good() {
        let gym = Gym::open().await;
        let body = json!({"username": "ada", "password": PASSWORD});
        let tokens = gym.house.ask("POST", "/api/auth/token/", &[], Some(body)).await;
        let tokens = json_of(tokens).await;
        for (token, status) in
            [(&tokens["access"], 200), (&tokens["refresh"], 200), (&json!("a.b.c"), 401)]
        {
            let body = json!({ "token": token });
            let response = gym.house.ask("POST", "/api/auth/token/verify/", &[], Some(body)).await;
            assert_eq!(response.status(), status);
            let answer = json_of(response).await;
            assert_eq!(answer == json!({}), status == 200, "{answer}");
        }
    }
}
