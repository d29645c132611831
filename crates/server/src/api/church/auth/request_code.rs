//! `POST /api/auth/request-code` (8.5).

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Membership, churches_of, codes::MINUTES};
use crate::{
    api::church::{
        Here,
        failures::{Address, counted},
        input::Body,
        refused::{Answered, Refused},
    },
    clock,
};

/// Gives somebody a code to sign in by.
pub(super) async fn request_code(
    State(here): State<Here>,
    Address(address): Address,
    body: Body,
) -> Answered<Json<Value>> {
    let too_many = "Please wait before requesting another code.";
    counted(&here.failures.codes, &[address], too_many, give(&here, &body)).await.map(Json)
}

async fn give(here: &Here, body: &Body) -> Answered<Value> {
    let contact = body.filled("contact").ok_or_else(|| {
        Refused::field("contact", "Email or mobile number is required", body.get("contact"))
    })?;
    let by_email = contact.contains('@');
    let mut found = churches_of(here, contact.to_owned()).await?;
    if let Some(church) = body.filled("churchId") {
        found.retain(|membership| membership.church.id.as_str() == church);
    }
    let what = if by_email { "email address" } else { "mobile number" };
    let unknown = || Refused::missing(&format!("No user found with this {what}."));
    let first = found.first().ok_or_else(unknown)?.clone();
    found.retain(|membership| membership.account.active);
    if found.len() > 1 {
        let churches: Vec<_> = found.iter().map(Membership::shape).collect();
        return Ok(json!({"requiresChurchSelection": true, "churches": churches}));
    }
    let Membership { church, account } = found.pop().unwrap_or(first);
    if !account.active {
        return Err(Refused::forbidden("User account is deactivated."));
    }
    if !here.api.config.church.development {
        return Err(Refused::unavailable("There is no way to send codes here."));
    }
    here.codes.give(&church.id, &account.id, clock::now());
    Ok(json!({
        "message": "Verification code sent successfully",
        "contact": masked(contact),
        "contactType": if by_email { "email" } else { "sms" },
        "expiresIn": MINUTES,
    }))
}

/// A contact that only its owner recognises.
fn masked(contact: &str) -> String {
    match contact.split_once('@') {
        Some((local, domain)) => {
            let start: String = local.chars().take(2).collect();
            format!("{start}***@{domain}")
        }
        None => {
            let end: String =
                contact.chars().skip(contact.chars().count().saturating_sub(3)).collect();
            format!("***{end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::masked;
    use crate::api::{
        church::testing::{CHURCH, NEIGHBOUR, church_with},
        testing::json_of,
    };

    #[tokio::test]
    async fn church_8_5_who_may_have_a_code() {
        let unavailable = json!({"error": "Service temporarily unavailable",
            "message": "There is no way to send codes here."});
        let sent = json!({"message": "Verification code sent successfully",
            "contact": "to***@x.org", "contactType": "email", "expiresIn": 10});
        let choice = json!({"requiresChurchSelection": true, "churches": [
            {"churchId": CHURCH, "churchName": "Grace"},
            {"churchId": NEIGHBOUR, "churchName": "Hope"}]});
        let unknown = json!({"error": "No user found with this email address."});
        let off = json!({"error": "User account is deactivated."});
        for development in [false, true] {
            let house = church_with(|config| config.church.development = development).await;
            let given = if development { (200, &sent) } else { (503, &unavailable) };
            for (contact, (status, wanted)) in [
                ("TOM@x.org", given),
                ("nobody@x.org", (404, &unknown)),
                ("old@x.org", (403, &off)),
                ("ada@x.org", (200, &choice)),
            ] {
                let body = Some(json!({ "contact": contact }));
                let response = house.ask("POST", "/api/auth/request-code", &[], body).await;
                assert_eq!(response.status(), status, "{contact}");
                let mut wanted = wanted.clone();
                if contact.starts_with("TOM") && development {
                    wanted["contact"] = json!("TO***@x.org");
                }
                assert_eq!(json_of(response).await, wanted, "{contact}");
            }
        }
    }

    #[test]
    fn church_8_5_a_contact_is_masked() {
        assert_eq!(masked("pat@example.com"), "pa***@example.com");
        assert_eq!(masked("0412345678"), "***678");
        assert_eq!(masked("1"), "***1");
    }
}
