//! `PUT /v1/accounts/{id}/password`.

use axum::http::StatusCode;
use rollcall_core::{
    command::Command,
    facts::{Facts, required},
    id::AccountId,
    people::Permission,
    rejection::Rejection,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::native::{
        hand::Hand,
        input::{Body, InPath},
        lists::Answered,
    },
    auth::{self, PASSWORD_BYTES_MAX},
    config::Secret,
};

/// Characters of a password: below that, guessing is quick.
const PASSWORD_CHARS_MIN: usize = 8;

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// At least 8 characters.
    #[schema(min_length = 8, format = Password)]
    password: String,
}

/// Gives an account a new password: its own, or anybody's with `manage_accounts`.
#[utoipa::path(put, path = "/v1/accounts/{id}/password", operation_id = "set_password", tag = "accounts",
    params(("id" = String, Path)), request_body = NewPassword,
    responses((status = 204, description = "It counts from now on")))]
pub(super) async fn set_password(
    hand: Hand,
    InPath(account): InPath<AccountId>,
    Body(NewPassword { password }): Body<NewPassword>,
) -> Answered<StatusCode> {
    // Judged before the hash is computed, which is dear; the command judges again.
    if hand.caller.who.account.id != account {
        hand.caller.allow(Permission::ManageAccounts, "set another's password")?;
    }
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Rejection::invalid("password", "has less than 8 characters").into());
    }
    if password.len() > PASSWORD_BYTES_MAX {
        let why = format!("is longer than {PASSWORD_BYTES_MAX} bytes");
        return Err(Rejection::invalid("password", why).into());
    }
    let (api, tenant, asked) =
        (hand.caller.api.clone(), hand.caller.who.tenant.clone(), account.clone());
    let known = api.look(&tenant, move |view| {
        let facts: &dyn Facts = view;
        Ok(required(facts.account(&asked)?, "account", &asked).map(|_| ()))
    });
    known.await??;
    let password = Secret::new(password);
    let hash = api.apart(move |_| auth::hash_password(password.expose())).await??;
    hand.put(Command::SetPassword { account, hash }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn a_new_password_counts_and_an_old_one_does_not() {
        let house = House::open().await;
        let new = |text: &str| Some(json!({ "password": text }));
        let path = "/v1/accounts/desk/password";
        assert_eq!(house.by("bo", "PUT", path, new("good enough")).await.0, 403);
        assert_eq!(house.by("desk", "PUT", path, new("short")).await.0, 400);
        assert_eq!(
            house.by("admin", "PUT", "/v1/accounts/x/password", new("good enough")).await.0,
            404
        );
        assert_eq!(house.by("desk", "PUT", path, new("good enough")).await.0, 204);
        for (password, status) in [("good enough", 201), ("correct horse", 401)] {
            let body = Some(json!({"login": "dee", "password": password}));
            assert_eq!(house.ask("POST", "/v1/sessions", &[], body).await.status(), status);
        }
    }
}
