//! `POST /v1/sessions`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use rollcall_core::{id::TenantId, rejection::Rejection};
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens;
use crate::{
    api::{
        Api,
        client::ClientAddress,
        native::{caller, input::Body, lists::Answered},
    },
    auth::SignIn,
    clock,
    config::Secret,
};

/// Somebody who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// E-mail address, name or mobile number.
    login: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// Into which tenant; needed only where neither listener nor host name says it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    tenant: Option<TenantId>,
}

/// Signs in by password. The answer sets the cookie `rollcall_token` too.
#[utoipa::path(post, path = "/v1/sessions", operation_id = "sign_in", tag = "sessions",
    request_body = Credentials, security(()),
    responses(
        (status = 201, description = "Signed in", body = tokens::SignedIn),
        (status = 401, description = "No active account with these credentials"),
        (status = 429, description = "Too many sign-ins failed"),
    ))]
pub(super) async fn sign_in(
    State(api): State<Api>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Answered<Response> {
    let tenant = tenant(&api, &headers, credentials.tenant).await?;
    let ask = SignIn {
        dialect: api.dialect,
        tenant,
        login: credentials.login,
        password: Secret::new(credentials.password),
        address,
    };
    let authority = api.control.authority.clone();
    let tokens = authority.sign_in(ask, clock::now(), |ask| api.keep(ask)).await?;
    Ok(tokens::answer(StatusCode::CREATED, &headers, tokens))
}

/// Where to sign in: the listener's tenant, the one named, or the one that the host name says.
async fn tenant(api: &Api, headers: &HeaderMap, named: Option<TenantId>) -> Answered<TenantId> {
    if let Some(named) = named
        && api.tenant.as_ref().is_none_or(|here| *here == named)
    {
        return Ok(named);
    }
    let (here, host) = (api.tenant.clone(), caller::host(headers));
    let found =
        api.apart(move |control| control.authority.tenant_for(here.as_ref(), host.as_deref()));
    let unknown = || Rejection::invalid("tenant", "must be named: there are several");
    Ok(found.await??.ok_or_else(unknown)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::{House, PASSWORD, TENANT, header_of, json_of};

    #[tokio::test]
    async fn a_sign_in_gives_a_token_and_a_cookie_that_scripts_cannot_read() {
        let house = House::open().await;
        let body = json!({"login": "ADA", "password": PASSWORD, "tenant": TENANT});
        let page = [("origin", "https://desk.example.org")];
        let response = house.ask("POST", "/v1/sessions", &page, Some(body)).await;
        assert_eq!(response.status(), 201);
        let cookie = header_of(&response, "set-cookie").unwrap().to_owned();
        for part in ["rollcall_token=ey", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert_eq!(header_of(&response, "cache-control"), Some("no-store"));
        let said = json_of(response).await;
        assert_eq!(said["account"]["id"], "admin");
        let bearer = format!("Bearer {}", said["token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(house.ask("GET", "/v1/people", &headers, None).await.status(), 200);
    }

    #[tokio::test]
    async fn an_account_is_told_which_person_it_is() {
        let house = House::open().await;
        assert_eq!(house.sign_in().await["account"].get("person"), None);
        house.by("admin", "PATCH", "/v1/accounts/admin", Some(json!({"person": "p1"}))).await;
        assert_eq!(house.sign_in().await["account"]["person"], "p1");
    }

    #[tokio::test]
    async fn g10_2_after_ten_failures_even_the_right_password_waits() {
        let house = House::open().await;
        let try_with = |password: &'static str| {
            let body = Some(json!({"login": "ada", "password": password}));
            house.ask("POST", "/v1/sessions", &[], body)
        };
        for _ in 0..10 {
            let response = try_with("wrong horse").await;
            assert_eq!(response.status(), 401);
            assert_eq!(json_of(response).await["error"]["code"], "wrong_credentials");
        }
        let response = try_with(PASSWORD).await;
        assert_eq!(response.status(), 429);
        assert!(header_of(&response, "retry-after").is_some());
        // Behind a proxy each client is its own; by itself nobody is another.
        for (peer, client, status) in [
            ("127.0.0.1:9", "192.0.2.7", 429),
            ("127.0.0.1:9", "192.0.2.7, 192.0.2.9", 201),
            ("192.0.2.7:9", "192.0.2.9", 429),
        ] {
            let body = Some(json!({"login": "ada", "password": PASSWORD}));
            let headers = [("x-forwarded-for", client)];
            let response = house.ask_from(peer, "POST", "/v1/sessions", &headers, body).await;
            assert_eq!(response.status(), status, "{peer} for {client}");
        }
    }
}
