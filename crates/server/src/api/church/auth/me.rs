//! `GET /api/auth/me` (8.5, 8.6).

use axum::response::Response;
use serde_json::json;

use super::user;
use crate::api::church::{caller::Caller, refused::Answered};

/// Who is signed in.
pub(super) async fn me(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let user = user(facts, &caller.who.account, true)?;
        Ok(caller.says(&json!({ "user": user })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, keys, shown, these};

    #[tokio::test]
    async fn church_8_6_everybody_is_told_their_gatherings() {
        let house = church().await;
        for (account, gatherings) in [("1", "2 1 3"), ("2", "2 1"), ("3", "1")] {
            let (status, said) = house.by(account, "GET", "/api/auth/me", None).await;
            assert_eq!(status, 200);
            assert_eq!(keys(&said), these("user church_id"));
            let names =
                "id email mobileNumber primaryContactMethod role firstName lastName church_id
                churchName timezone isChurchApproved isFirstLogin defaultGatheringId
                gatheringAssignments unreadNotifications hasSampleData";
            assert_eq!(keys(&said["user"]), these(names));
            assert_eq!(shown(&said["user"]["gatheringAssignments"]), gatherings, "by name");
            assert_eq!(said["user"]["church_id"], json!(CHURCH));
            assert_eq!(said["user"]["timezone"], "Australia/Sydney");
        }
    }
}
