//! Somebody signed in who wants to write: paced, safe from other pages, with an id for retries.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use rollcall_core::{
    command::{By, Command},
    decide::Answer,
    id::CommandId,
    rejection::Rejection,
};

use super::{
    caller::{Brought, Caller},
    refused::Refused,
};
use crate::{api::Api, clock};

/// Names a write, so that a retry gets the first answer again.
const KEY: &str = "idempotency-key";

/// What a page of ours says beside its cookie, and a form of another page cannot.
const PAGE: (&str, &str) = ("x-requested-with", "rollcall");

/// Somebody signed in who wants to write.
pub(super) struct Hand {
    pub(super) caller: Caller,
    id: Option<CommandId>,
}

impl FromRequestParts<Api> for Hand {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let headers = &parts.headers;
        let brought = Brought::with(headers).ok_or_else(Refused::signed_out)?;
        if brought.by_cookie && !says(headers, PAGE.0, PAGE.1) {
            let cause = "a write that is signed in by cookie lacks X-Requested-With: rollcall";
            let what_to_do = "Send the header, or a bearer token instead of the cookie.";
            return Err(Refused::new("forbidden", cause, what_to_do));
        }
        let who = brought.identify(api, headers).await?;
        api.writes.take((who.tenant.clone(), who.account.id.clone()), clock::now())?;
        let id = command_id(headers)?;
        Ok(Self { caller: Caller { who, api: api.clone() }, id })
    }
}

fn says(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|said| said.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
}

fn command_id(headers: &HeaderMap) -> Result<Option<CommandId>, Refused> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let unreadable = || Rejection::invalid("Idempotency-Key", "is no text");
    let text = key.to_str().map_err(|_| unreadable())?;
    // The draft writes a quoted text; most clients write it bare.
    let text = text.trim().trim_matches('"');
    Ok(Some(CommandId::parse("Idempotency-Key", text)?))
}

impl Hand {
    /// Puts a command to the tenant in the account's name; its rights are judged with the facts.
    pub(super) async fn put(&self, command: Command) -> Result<Answer, Refused> {
        self.put_as(self.id.clone(), command).await
    }

    /// The same under an id of the body's.
    pub(super) async fn put_as(
        &self,
        id: Option<CommandId>,
        command: Command,
    ) -> Result<Answer, Refused> {
        let Caller { who, api } = &self.caller;
        let by = By::Account(who.account.id.clone());
        Ok(api.submit(&who.tenant, by, id, command).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        api::testing::{House, header_of, json_of},
        config::Config,
    };
    use rollcall_wire::Dialect;

    #[tokio::test]
    async fn a_page_of_another_site_cannot_write_by_our_cookie() {
        let house = House::open().await;
        let cookie = format!("rollcall_token={}", house.token("admin"));
        let body = || Some(json!({"name": "Lee"}));
        let cookie = ("cookie", cookie.as_str());
        let forged = house.ask("POST", "/v1/families", &[cookie], body()).await;
        assert_eq!(forged.status(), 403);
        let ours = [cookie, ("x-requested-with", "rollcall")];
        assert_eq!(house.ask("POST", "/v1/families", &ours, body()).await.status(), 201);
    }

    #[tokio::test]
    async fn a_retry_under_its_key_gets_the_first_answer() {
        let house = House::open().await;
        let bearer = format!("Bearer {}", house.token("admin"));
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k-1")];
        let mut made = Vec::new();
        for _ in 0..2 {
            let body = Some(json!({"name": "Lee"}));
            let response = house.ask("POST", "/v1/families", &headers, body).await;
            assert_eq!(response.status(), 201);
            made.push(json_of(response).await);
        }
        assert_eq!(made[0], made[1]);
        let (_, listed) = house.by("admin", "GET", "/v1/families", None).await;
        assert_eq!(listed["families"].as_array().unwrap().len(), 2, "f1 and the new one");
    }

    #[tokio::test]
    async fn g10_2_an_account_that_writes_too_fast_waits_and_others_do_not() {
        let mut config = Config::default();
        config.limits.writes_per_second = 2;
        let house = House::with(Dialect::Native, config).await;
        let bearer = format!("Bearer {}", house.token("admin"));
        let mut last = None;
        for _ in 0..5 {
            let headers = [("authorization", bearer.as_str())];
            last = Some(house.ask("DELETE", "/v1/people/nobody", &headers, None).await);
        }
        let last = last.unwrap();
        assert_eq!(last.status(), 429);
        assert_eq!(header_of(&last, "retry-after"), Some("1"));
        assert_eq!(house.by("desk", "DELETE", "/v1/people/nobody", None).await.0, 404);
    }
}
