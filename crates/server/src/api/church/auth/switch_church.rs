//! `POST /api/auth/switch-church` (8.5).

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{churches_of, contact_of, cookie, user};
use crate::{
    api::church::{
        caller::Caller,
        input::Body,
        refused::{Answered, Refused},
    },
    clock,
};

/// Signs the account in to another of its churches.
pub(super) async fn switch_church(
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let target = body.text("targetChurchId").unwrap_or_default();
    let mine = match contact_of(&caller.who.account) {
        Some(contact) => churches_of(&caller.here, contact).await?,
        None => Vec::new(),
    };
    let found = mine.iter().find(|m| m.account.active && m.church.id.as_str() == target);
    let stranger = || Refused::forbidden("That church is not linked to your account.");
    let found = found.ok_or_else(stranger)?;
    let api = caller.here.api.clone();
    let authority = &api.control.authority;
    let (church, account, now) = (&found.church.id, &found.account, clock::now());
    let tokens = authority.let_in(api.dialect, church, account, now, |ask| api.keep(ask)).await?;
    let there = Caller { who: tokens.who, here: caller.here };
    let shown = there.look(|there, facts| {
        let user = user(facts, &there.who.account, false)?;
        Ok(there.says(&json!({"message": "Switched church successfully", "user": user})))
    });
    let cookie = cookie::of(&headers, &tokens.access, api.config.tokens.church_days);
    Ok(([(header::SET_COOKIE, cookie)], shown.await?).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{
        church::testing::{NEIGHBOUR, church, keys, these},
        testing::{header_of, json_of},
    };

    #[tokio::test]
    async fn church_8_5_ones_other_church_is_one_call_away() {
        let house = church().await;
        let body = || Some(json!({"targetChurchId": NEIGHBOUR}));
        let bearer = format!("Bearer {}", house.token("1"));
        let headers = [("authorization", bearer.as_str())];
        let response = house.ask("POST", "/api/auth/switch-church", &headers, body()).await;
        assert_eq!(response.status(), 200);
        let cookie = header_of(&response, "set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let said = json_of(response).await;
        assert_eq!(keys(&said), these("message user church_id"));
        assert_eq!((&said["church_id"], &said["user"]["id"]), (&json!(NEIGHBOUR), &json!(7)));
        let me = house.ask("GET", "/api/auth/me", &[("cookie", &cookie)], None).await;
        assert_eq!(json_of(me).await["user"]["id"], 7);
        let said = house.by("3", "POST", "/api/auth/switch-church", body()).await;
        let error = "That church is not linked to your account.";
        assert_eq!(said, (403, json!({ "error": error })));
    }
}
