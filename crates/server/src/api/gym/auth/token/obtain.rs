//! `POST auth/token/`: tokens for a name and a password (G8.3, G10.2). Never 403.

use axum::{extract::State, http::HeaderMap};
use serde_json::json;

use super::super::super::{
    answer::{Answer, ok},
    caller::host,
    fields::Fields,
    refused::Refused,
};
use crate::{
    api::{Api, client::ClientAddress},
    auth::SignIn,
    clock,
    config::Secret,
};

pub(in super::super) async fn obtain(
    State(api): State<Api>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let login = fields.required("username").or_else(|missing| {
        // An e-mail address is a name to sign in by as well.
        fields.required("email").map_err(|_| missing)
    })?;
    let password = fields.text("password")?.filter(|password| !password.is_empty());
    let password = Secret::new(password.ok_or_else(|| Refused::missing("password"))?);
    let (listener, host) = (api.tenant.clone(), host(&headers));
    let tenant =
        api.apart(move |control| control.authority.tenant_for(listener.as_ref(), host.as_deref()));
    let tenant = tenant.await??.ok_or(Refused::Login)?;
    let login = login.trim().to_owned();
    let ask = SignIn { dialect: api.dialect, tenant, login, password, address };
    let signing_in = api.control.authority.sign_in(ask, clock::now(), |ask| api.keep(ask));
    let tokens = signing_in.await?;
    ok(&json!({ "access": tokens.access, "refresh": tokens.refresh }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::super::testing::{Gym, keys};
    use crate::api::testing::{PASSWORD, header_of, json_of};

    const PATH: &str = "/api/auth/token/";

    #[tokio::test]
    async fn g8_3_a_name_or_an_address_and_a_password_give_tokens() {
        let gym = Gym::open().await;
        for login in ["ada", "ADA", "ada@example.org"] {
            let body = json!({"username": login, "password": PASSWORD});
            let response = gym.house.ask("POST", PATH, &[], Some(body)).await;
            assert_eq!(response.status(), 200, "{login}");
            let tokens = json_of(response).await;
            assert_eq!(keys(&tokens), ["access", "refresh"]);
            let bearer = format!("Bearer {}", tokens["access"].as_str().unwrap());
            let headers = [("authorization", &*bearer)];
            let me = gym.house.ask("GET", "/api/auth/me/", &headers, None).await;
            assert_eq!(json_of(me).await["username"], "ada");
        }
    }

    #[tokio::test]
    async fn g8_3_a_wrong_password_is_401_and_a_missing_one_400() {
        let gym = Gym::open().await;
        let wrong = json!({"username": "ada", "password": "wrong"});
        let response = gym.house.ask("POST", PATH, &[], Some(wrong)).await;
        assert_eq!(response.status(), 401);
        let detail = "No active account found with the given credentials";
        assert_eq!(json_of(response).await, json!({ "detail": detail }));
        let response = gym.house.ask("POST", PATH, &[], Some(json!({"username": "ada"}))).await;
        assert_eq!(response.status(), 400);
        assert_eq!(keys(&json_of(response).await), ["password"]);
    }

    #[tokio::test]
    async fn g10_2_after_ten_failures_a_login_must_wait() {
        let gym = Gym::open().await;
        let wrong = json!({"username": "nobody", "password": "wrong"});
        // While slow passwords are checked, another attempt is earned every six seconds.
        let mut failed = 0;
        let response = loop {
            let response = gym.house.ask("POST", PATH, &[], Some(wrong.clone())).await;
            if response.status() == 429 {
                break response;
            }
            assert_eq!(response.status(), 401);
            failed += 1;
            assert!(failed < 100, "nobody has to wait");
        };
        assert!(failed >= 10, "{failed}");
        let wait: u32 = header_of(&response, "retry-after").unwrap().parse().unwrap();
        assert!((1..=6).contains(&wait), "{wait}");
        // Another screen behind the same proxy may still try.
        let headers = [("x-forwarded-for", "192.0.2.9")];
        let right = Some(json!({"username": "ada", "password": PASSWORD}));
        let response = gym.house.ask_from("127.0.0.1:9", "POST", PATH, &headers, right).await;
        assert_eq!(response.status(), 200);
    }
}
