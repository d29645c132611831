//! `GET /api/auth/my-churches` (8.5).

use axum::response::Response;
use serde_json::json;

use super::{Membership, churches_of, contact_of};
use crate::api::church::{caller::Caller, refused::Answered};

/// The churches that the account's contact belongs to.
pub(super) async fn my_churches(caller: Caller) -> Answered<Response> {
    let mine = match contact_of(&caller.who.account) {
        Some(contact) => churches_of(&caller.here, contact).await?,
        None => Vec::new(),
    };
    let churches = mine.iter().filter(|found| found.account.active).map(Membership::shape);
    Ok(caller.says(&json!({"churches": churches.collect::<Vec<_>>()})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, NEIGHBOUR, church};

    #[tokio::test]
    async fn church_10_6_one_contact_may_belong_to_several_churches() {
        let house = church().await;
        let here = json!({"churchId": CHURCH, "churchName": "Grace"});
        let there = json!({"churchId": NEIGHBOUR, "churchName": "Hope"});
        for (account, churches) in [("1", json!([here, there])), ("3", json!([here]))] {
            let (_, said) = house.by(account, "GET", "/api/auth/my-churches", None).await;
            assert_eq!(said["churches"], churches);
        }
    }
}
