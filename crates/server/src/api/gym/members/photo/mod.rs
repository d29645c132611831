//! `members/{id}/photo/`: a picture of a member, kept as a document of the tenant (G8.7).
//!
//! An `<img>` of a page sends no token, so a photo's address holds a ticket that nobody can guess
//! (logs leave it out); with it the picture may be read, and with nothing else but a token.

mod remove;
mod show;
mod upload;

use axum::{
    extract::DefaultBodyLimit,
    routing::{MethodRouter, get},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use rollcall_core::{
    command::{By, Command},
    document::Document,
    id::{DocumentId, DocumentKind, PersonId, TenantId},
    people::Person,
    rejection::{Refusal, Rejection},
};
use serde_json::{Map, Value};

use super::super::refused::Refused;
use crate::api::Api;

/// What a photo is called among documents.
const KIND: &str = "member_photo";

/// Bytes of a photo: written in base 64 it fits into a document.
const PHOTO_BYTES_MAX: usize = 180 * 1_024;

/// Bytes of an upload that is read before it is refused, so that the refusal arrives: what a
/// telephone takes.
const UPLOAD_BYTES_MAX: usize = 16 * 1_024 * 1_024;

pub(super) fn methods() -> MethodRouter<Api> {
    get(show::show)
        .post(upload::upload)
        .delete(remove::remove)
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
}

/// A picture with its media type and the ticket of its address.
struct Photo {
    media_type: String,
    ticket: String,
    bytes: Vec<u8>,
}

impl Photo {
    fn data(&self) -> Map<String, Value> {
        Map::from_iter([
            ("media_type".to_owned(), self.media_type.clone().into()),
            ("ticket".to_owned(), self.ticket.clone().into()),
            ("base64".to_owned(), BASE64_STANDARD.encode(&self.bytes).into()),
        ])
    }

    fn of(document: &Document) -> Option<Self> {
        let text = |field: &str| document.data.get(field)?.as_str();
        Some(Self {
            media_type: text("media_type")?.into(),
            ticket: text("ticket")?.into(),
            bytes: BASE64_STANDARD.decode(text("base64")?).ok()?,
        })
    }
}

fn kind() -> DocumentKind {
    DocumentKind::new(KIND)
}

fn document_of(person: &PersonId) -> DocumentId {
    DocumentId::new(person.as_str())
}

/// Takes a member's photo away, if there is one. The program's own hand: who may change members
/// need not be one who may change documents.
pub(super) async fn forget(api: &Api, tenant: &TenantId, person: &Person) -> Result<(), Refused> {
    let remove = Command::RemoveDocument { kind: kind(), id: document_of(&person.id) };
    match api.submit(tenant, By::System, None, remove).await {
        Ok(_) | Err(Refusal::Rejected(Rejection::NotFound { .. })) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::super::super::testing::{ANN, Gym};
    use super::PHOTO_BYTES_MAX;
    use crate::api::testing::{header_of, json_of};

    fn png(bytes: usize) -> Vec<u8> {
        let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
        image.resize(bytes, 7);
        image
    }

    async fn upload(gym: &Gym, account: &str, image: &[u8]) -> (u16, Value) {
        let mut body = b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"p\"\r\n\
            Content-Type: image/png\r\n\r\n"
            .to_vec();
        body.extend_from_slice(image);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = Request::post(format!("/api/members/{ANN}/photo/"))
            .header("authorization", format!("Bearer {}", gym.house.token(account)))
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        let response = gym.house.router.clone().oneshot(request).await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    #[tokio::test]
    async fn g8_7_a_photo_is_kept_shown_and_removed() {
        let gym = Gym::open().await;
        let image = png(PHOTO_BYTES_MAX);
        let (status, answer) = upload(&gym, "desk", &image).await;
        assert_eq!(status, 200, "{answer}");
        let url = answer["image_url"].as_str().unwrap();
        let item = gym.read(&format!("/api/members/{ANN}/")).await;
        assert_eq!((&item["image_url"], &item["image"]), (&url.into(), &url.into()));
        let shown = gym.house.ask("GET", url, &[], None).await;
        assert_eq!(shown.status(), 200);
        assert_eq!(header_of(&shown, "content-type"), Some("image/png"));
        let bytes = axum::body::to_bytes(shown.into_body(), usize::MAX).await.unwrap();
        assert_eq!(bytes, image);
        let path = format!("/api/members/{ANN}/photo/");
        assert_eq!(gym.by("desk", "DELETE", &path, None).await.0, 204);
        assert_eq!(gym.house.ask("GET", url, &[], None).await.status(), 401);
        assert_eq!(gym.by("desk", "GET", &path, None).await.0, 404);
        assert_eq!(gym.read(&format!("/api/members/{ANN}/")).await["image_url"], json!(null));
    }

    #[tokio::test]
    async fn g10_6_a_photo_needs_its_ticket_or_a_token() {
        let gym = Gym::open().await;
        upload(&gym, "admin", &png(100)).await;
        let path = format!("/api/members/{ANN}/photo/");
        for (address, status) in [(path.clone(), 401), (format!("{path}?ticket=00"), 401)] {
            assert_eq!(gym.house.ask("GET", &address, &[], None).await.status(), status);
        }
        let bearer = format!("Bearer {}", gym.house.token("trainer"));
        let shown = gym.house.ask("GET", &path, &[("authorization", &bearer)], None).await;
        assert_eq!(shown.status(), 200);
    }

    #[tokio::test]
    async fn g8_7_what_is_no_small_picture_is_refused() {
        let gym = Gym::open().await;
        for image in [png(PHOTO_BYTES_MAX + 1), b"<svg onload=alert(1)>".to_vec(), Vec::new()] {
            let (status, answer) = upload(&gym, "admin", &image).await;
            assert_eq!(status, 400);
            assert!(answer["photo"][0].is_string(), "{answer}");
        }
        assert_eq!(upload(&gym, "trainer", &png(100)).await.0, 403);
    }
}
