//! `GET auth/me/`: the account behind the token (G8.4). Called whenever the tab becomes visible.

use rollcall_core::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::super::{
    answer::{Answer, ok},
    caller::Caller,
};
use crate::auth::number_or_text;

#[derive(Serialize)]
struct Me<'a> {
    id: Value,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    role: &'static str,
    is_active: bool,
    date_joined: Option<Timestamp>,
}

pub(super) async fn show(caller: Caller) -> Answer {
    let account = caller.account();
    let email = account.email.as_deref().unwrap_or_default();
    ok(&Me {
        id: number_or_text(account.id.as_str()),
        username: account.username.as_deref().unwrap_or(email),
        email,
        first_name: &account.first_name,
        last_name: &account.last_name,
        role: account.role.name(),
        is_active: account.active,
        date_joined: account.created_at,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Gym, keys};

    #[tokio::test]
    async fn g8_4_me_has_every_key_and_a_role_the_client_knows() {
        let gym = Gym::open().await;
        for (account, role) in [
            ("admin", "ADMIN"),
            ("manager", "MANAGER"),
            ("staff", "STAFF"),
            ("trainer", "TRAINER"),
            ("desk", "FRONT_DESK"),
        ] {
            let (status, me) = gym.by(account, "GET", "/api/auth/me/", None).await;
            assert_eq!(status, 200);
            let expected = [
                "date_joined",
                "email",
                "first_name",
                "id",
                "is_active",
                "last_name",
                "role",
                "username",
            ];
            assert_eq!(keys(&me), expected);
            assert_eq!(me["role"].as_str().unwrap().to_uppercase(), role);
            assert_eq!(me["is_active"], true);
        }
        let (_, me) = gym.by("7", "GET", "/api/auth/me/", None).await;
        assert_eq!(me["id"], 7, "a numeric id is a number");
    }
}
