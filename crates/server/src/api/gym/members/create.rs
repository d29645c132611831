//! `POST members/`: a new member (G8.7, G7.1).

use axum::{extract::State, http::StatusCode};
use rollcall_core::{
    command::{Command, Expect, List},
    id::CommandId,
    people::Permission,
    rejection::{Fault, Refusal, Rejection},
};
use rollcall_wire::gym::shape;

use super::{
    super::{
        answer::{Answer, answer},
        caller::Caller,
        fields::Fields,
        refused::Refused,
    },
    changed,
    written::person_fields,
};
use crate::api::Api;

/// Numbers that are tried when several members are made within one millisecond.
const NUMBERS_TRIED: i64 = 50;

pub(super) async fn create(State(api): State<Api>, caller: Caller, body: Fields) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let mut fields = person_fields(&body)?;
    if !fields.contains_key("first_name") {
        return Err(Refused::missing("full_name"));
    }
    fields.insert("kind".into(), "member".into());
    let numbered = fields.contains_key("number");
    let mut taken = 0;
    let kept = loop {
        if !numbered {
            let number = format!("GYM{}", caller.now.millis() + taken);
            fields.insert("number".into(), number.into());
        }
        let (list, fields, expect) = (List::People, fields.clone(), Expect::New);
        let change = Command::Change { list, id: None, fields, expect, seen: None };
        // A number that was taken is an answer too, and would be the answer to the next try.
        let try_id = |id| if taken == 0 { id } else { CommandId::new(format!("{id}#{taken}")) };
        match caller.submit(&api, body.request_id().map(try_id), change).await {
            Err(Refusal::Rejected(Rejection::AlreadyExists { .. }))
                if !numbered && taken < NUMBERS_TRIED =>
            {
                taken += 1;
            }
            verdict => break verdict.map_err(number_taken)?,
        }
    };
    let person = changed(&kept).ok_or_else(|| Fault("a new member left no event".into()))?;
    Ok(answer(StatusCode::CREATED, &shape::member_item(person, caller.now)))
}

/// The only name of a member that can be taken is its number.
pub(super) fn number_taken(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Rejected(Rejection::AlreadyExists { .. }) => {
            let why = "belongs to another member already";
            Refused::Field("membership_number".into(), why.into())
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{Gym, keys};

    const PATH: &str = "/api/members/";

    #[tokio::test]
    async fn g7_1_a_member_without_a_number_gets_one_of_ours() {
        let gym = Gym::open().await;
        let (status, item) =
            gym.by("desk", "POST", PATH, Some(json!({"full_name": "Dan", "phone": null}))).await;
        assert_eq!(status, 201, "{item}");
        let number = item["membership_number"].as_str().unwrap().strip_prefix("GYM").unwrap();
        assert_eq!(number.len(), 13);
        assert!(number.parse::<u64>().is_ok());
        assert_eq!(item["id"].as_str().unwrap().len(), 36);
        assert_eq!((&item["full_name"], &item["status"]), (&"Dan".into(), &"active".into()));
        let read = gym.read(&format!("/api/members/{}/", item["id"].as_str().unwrap())).await;
        assert_eq!(read, item);
    }

    #[tokio::test]
    async fn g7_1_members_made_at_once_get_numbers_of_their_own() {
        let gym = Gym::open().await;
        let make = |id: &'static str| {
            gym.by("admin", "POST", PATH, Some(json!({"full_name": "Twin", "requestId": id})))
        };
        let made = tokio::join!(make("a"), make("b"), make("c"), make("d"), make("e"), make("f"));
        let made = [made.0, made.1, made.2, made.3, made.4, made.5];
        let numbers: std::collections::HashSet<_> =
            made.iter().map(|(_, item)| item["membership_number"].to_string()).collect();
        assert_eq!(numbers.len(), 6, "{made:?}");
        for (id, made) in ["a", "b", "c", "d", "e", "f"].into_iter().zip(made) {
            assert_eq!(make(id).await, made, "a repeat gets the first answer");
        }
    }

    #[tokio::test]
    async fn g7_1_a_name_is_kept_as_it_was_given() {
        let gym = Gym::open().await;
        for name in ["Ann", "Ann Example", "Ann  Maria van Example", "O'Neil-Ä <b>"] {
            let (_, item) = gym.by("admin", "POST", PATH, Some(json!({"full_name": name}))).await;
            assert_eq!(item["full_name"], name);
        }
    }

    #[tokio::test]
    async fn g8_2_a_bad_field_is_named() {
        let gym = Gym::open().await;
        for (body, field) in [
            (json!({}), "full_name"),
            (json!({"full_name": "  "}), "full_name"),
            (json!({"full_name": "x".repeat(101)}), "full_name"),
            (json!({"full_name": 7}), "full_name"),
            (json!({"full_name": "A", "phone": "1".repeat(21)}), "phone"),
            (json!({"full_name": "A", "status": "gone"}), "status"),
            (json!({"full_name": "A", "image_url": "javascript:1"}), "image_url"),
            (json!({"full_name": "A", "membership_number": "1".repeat(21)}), "membership_number"),
            (json!({"full_name": "A", "membership_number": "GYM0001"}), "membership_number"),
        ] {
            let (status, answer) = gym.by("admin", "POST", PATH, Some(body.clone())).await;
            assert_eq!(status, 400, "{body}");
            assert_eq!(keys(&answer), [field], "{body}");
            assert!(answer[field][0].is_string());
        }
    }
}
