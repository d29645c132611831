//! `POST /api/auth/verify-code` (8.5).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_store::login_form;
use serde_json::json;

use super::{Membership, TOO_MANY, churches_of, cookie, user};
use crate::{
    api::church::{
        Here,
        caller::Caller,
        failures::{Address, counted, digest},
        input::Body,
        refused::{Answered, Refused},
    },
    auth::Tokens,
    clock,
};

/// Signs somebody in by a code.
pub(super) async fn verify_code(
    State(here): State<Here>,
    Address(address): Address,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let contact = body.filled("contact").ok_or_else(|| {
        Refused::field("contact", "Email or mobile number is required", body.get("contact"))
    })?;
    let is_code = |code: &&str| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    let code = body.text("code").filter(is_code).ok_or_else(|| {
        Refused::field("code", "Verification code must be 6 digits", body.get("code"))
    })?;
    let mut found = churches_of(&here, contact.to_owned()).await?;
    let church = body.filled("churchId");
    found.retain(|m| m.account.active && church.is_none_or(|id| m.church.id.as_str() == id));
    let keys: Vec<_> = tried(contact, &found).map(|tried| (address, tried)).collect();
    let proved = prove(&here, found, code);
    let tokens = counted(&here.failures.sign_ins, &keys, TOO_MANY, proved).await?;
    let cookie = cookie::of(&headers, &tokens.access, here.api.config.tokens.church_days);
    let caller = Caller { who: tokens.who, here };
    let user = caller.look(|caller, facts| user(facts, &caller.who.account, false)).await?;
    let said = Json(json!({"message": "Login successful", "user": user}));
    Ok(([(header::SET_COOKIE, cookie)], said).into_response())
}

/// What an attempt counts against: every account that the code is tried for, whichever of its
/// contacts was written and how; else the contact as it was looked for.
fn tried(contact: &str, found: &[Membership]) -> impl Iterator<Item = u64> {
    let nobody = found.is_empty().then(|| digest(&login_form(contact)));
    found.iter().map(|m| digest(&(&m.church.id, &m.account.id))).chain(nobody)
}

async fn prove(here: &Here, found: Vec<Membership>, code: &str) -> Answered<Tokens> {
    if found.is_empty() {
        let body = json!({"error": "User not found.", "code": "USER_NOT_FOUND"});
        return Err(Refused::of(StatusCode::NOT_FOUND, body));
    }
    let now = clock::now();
    let proved = found.iter().find(|m| here.codes.take(&m.church.id, &m.account.id, code, now));
    let wrong = || Refused::signed_out("Invalid or expired verification code.");
    let proved = proved.ok_or_else(wrong)?;
    let api = &here.api;
    let (church, account) = (&proved.church.id, &proved.account);
    let authority = &api.control.authority;
    Ok(authority.let_in(api.dialect, church, account, now, |ask| api.keep(ask)).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::api::{
        church::testing::{church_with, keys, these},
        testing::{House, header_of, json_of},
    };

    async fn house() -> House {
        church_with(|config| config.church.development = true).await
    }

    fn body(contact: &str, code: &str) -> Option<Value> {
        Some(json!({"contact": contact, "code": code}))
    }

    const PATH: &str = "/api/auth/verify-code";

    #[tokio::test]
    async fn church_8_5_a_code_signs_in_once() {
        let house = house().await;
        let asked = Some(json!({"contact": "tom@x.org"}));
        assert_eq!(house.ask("POST", "/api/auth/request-code", &[], asked).await.status(), 200);
        let response = house.ask("POST", PATH, &[], body("tom@x.org", "000000")).await;
        assert_eq!(response.status(), 200);
        let cookie =
            header_of(&response, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let said = json_of(response).await;
        assert_eq!(keys(&said), these("message user"));
        assert!(!keys(&said["user"]).contains("unreadNotifications"));
        let me = house.ask("GET", "/api/auth/me", &[("cookie", &cookie)], None).await;
        assert_eq!(json_of(me).await["user"]["id"], 3);
        let again = house.ask("POST", PATH, &[], body("tom@x.org", "000000")).await;
        assert_eq!(again.status(), 401);
        let error = "Invalid or expired verification code.";
        assert_eq!(json_of(again).await, json!({ "error": error }));
    }

    #[tokio::test]
    async fn church_8_2_a_code_of_another_form_names_its_field() {
        let house = house().await;
        let response = house.ask("POST", PATH, &[], body("tom@x.org", "12")).await;
        assert_eq!(response.status(), 400);
        let wanted = json!({"errors": [{"type": "field", "path": "code", "location": "body",
            "msg": "Verification code must be 6 digits", "value": "12"}]});
        assert_eq!(json_of(response).await, wanted);
        let unknown = house.ask("POST", PATH, &[], body("no@x.org", "000000")).await;
        assert_eq!(unknown.status(), 404);
        assert_eq!(json_of(unknown).await["code"], "USER_NOT_FOUND");
    }

    #[tokio::test]
    async fn church_11_6_after_five_failures_a_contact_waits() {
        let house = house().await;
        for status in [401, 401, 401, 401, 401, 429] {
            let response = house.ask("POST", PATH, &[], body("tom@x.org", "111111")).await;
            assert_eq!(response.status(), status);
        }
        let other = house.ask("POST", PATH, &[], body("ben@x.org", "111111")).await;
        assert_eq!(other.status(), 401);
    }

    #[tokio::test]
    async fn church_11_6_every_contact_of_an_account_and_every_spelling_counts_together() {
        let house = house().await;
        let contacts = ["tom@x.org", "TOM@x.org", "\u{a0}tom@x.org", "0412 3", " 0412 3\t"];
        for contact in contacts {
            let response = house.ask("POST", PATH, &[], body(contact, "111111")).await;
            assert_eq!(response.status(), 401, "{contact:?}");
        }
        for contact in contacts {
            let response = house.ask("POST", PATH, &[], body(contact, "111111")).await;
            assert_eq!(response.status(), 429, "{contact:?}");
        }
    }
}
