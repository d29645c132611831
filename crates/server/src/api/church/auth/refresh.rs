//! `POST /api/auth/refresh` (8.5).

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use rollcall_wire::church::shape::Number;
use serde_json::json;

use super::cookie;
use crate::{
    api::church::{
        Here,
        caller::{Caller, host, token_of},
        failures::{Address, counted},
        refused::{Answered, Refused},
    },
    auth::Tokens,
    clock,
};

/// Gives a new token for one that still counts.
pub(super) async fn refresh(
    State(here): State<Here>,
    Address(address): Address,
    headers: HeaderMap,
) -> Answered<Response> {
    let too_many = "Too many token refresh attempts, please try again later.";
    let pace = &here.failures.refreshes;
    let tokens = counted(pace, &[address], too_many, fresh(&here, &headers)).await?;
    let cookie = cookie::of(&headers, &tokens.access, here.api.config.tokens.church_days);
    let caller = Caller { who: tokens.who, here: here.clone() };
    let shown = caller.look(|caller, facts| {
        let church = facts.tenant()?;
        let account = &caller.who.account;
        Ok(caller.says(&json!({"message": "Token refreshed successfully", "user": {
            "id": Number(account.id.as_str()),
            "email": account.email,
            "role": account.role.name(),
            "firstName": account.first_name,
            "lastName": account.last_name,
            "timezone": church.as_ref().map_or("UTC", |church| church.time_zone.name()),
        }})))
    });
    Ok(([(header::SET_COOKIE, cookie)], shown.await?).into_response())
}

async fn fresh(here: &Here, headers: &HeaderMap) -> Answered<Tokens> {
    let missing = || Refused::signed_out("Access denied. No token provided.");
    let (api, token) = (&here.api, token_of(headers).ok_or_else(missing)?);
    let (dialect, tenant, now) = (api.dialect, api.tenant.clone(), clock::now());
    let authority = &api.control.authority;
    let refreshed =
        authority.refresh(dialect, tenant, host(headers), token, now, |ask| api.keep(ask));
    Ok(refreshed.await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{
        church::testing::{church, keys, these},
        testing::{header_of, json_of},
    };

    #[tokio::test]
    async fn church_8_5_a_token_begets_its_successor() {
        let house = church().await;
        let bearer = format!("Bearer {}", house.token("3"));
        let headers = [("authorization", bearer.as_str())];
        let response = house.ask("POST", "/api/auth/refresh", &headers, None).await;
        assert_eq!(response.status(), 200);
        assert!(header_of(&response, "set-cookie").unwrap().contains("Max-Age=2592000"));
        let said = json_of(response).await;
        assert_eq!(keys(&said), these("message user church_id"));
        assert_eq!(keys(&said["user"]), these("id email role firstName lastName timezone"));
    }

    #[tokio::test]
    async fn church_11_6_the_eleventh_failed_refresh_waits() {
        let house = church().await;
        for at in 0..11 {
            let response = house.ask("POST", "/api/auth/refresh", &[], None).await;
            assert_eq!(response.status(), if at < 10 { 401 } else { 429 });
            if at == 10 {
                let error = "Too many token refresh attempts, please try again later.";
                assert_eq!(json_of(response).await, json!({ "error": error }));
            }
        }
    }
}
