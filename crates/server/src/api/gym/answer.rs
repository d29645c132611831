//! Answers: every body is written by the dialect's one JSON writer (G10.4).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_wire::gym::json;
use serde::Serialize;

use super::refused::Refused;

/// What a handler gives.
pub(super) type Answer = Result<Response, Refused>;

/// An answer with a body. Never kept by a cache: a read begun after a write shows it (G7.12).
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, json::write(body)).into_response()
}

/// The usual answer.
pub(super) fn ok(body: &impl Serialize) -> Answer {
    Ok(answer(StatusCode::OK, body))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{ANN, Gym};
    use crate::api::testing::text_of;

    #[tokio::test]
    async fn g10_4_markup_leaves_inert_and_reads_back_whole() {
        let gym = Gym::open().await;
        let notes = "<script>alert('&')</script>";
        let path = format!("/api/members/{ANN}/");
        gym.by("admin", "PATCH", &path, Some(json!({ "notes": notes }))).await;
        let bearer = format!("Bearer {}", gym.house.token("admin"));
        let response = gym.house.ask("GET", &path, &[("authorization", &bearer)], None).await;
        let text = text_of(response).await;
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let item: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(item["notes"], notes);
    }
}
