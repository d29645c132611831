//! `POST members/{id}/photo/`: a picture as `multipart/form-data` (G8.7).

use std::fmt::Write;

use axum::extract::{
    Multipart, State,
    multipart::{Field, MultipartError},
};
use rollcall_core::{
    command::{By, Command, Expect, List},
    people::Permission,
};
use serde_json::{Map, json};

use super::{
    super::{
        super::{
            answer::{Answer, ok},
            caller::Caller,
            path_id::PathId,
            refused::Refused,
        },
        member,
    },
    PHOTO_BYTES_MAX, Photo, document_of, kind,
};
use crate::{api::Api, arriving::is_too_slow, clock};

pub(super) async fn upload(
    State(api): State<Api>,
    caller: Caller,
    PathId(id): PathId,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let form = form.map_err(|_| refused("must come as multipart/form-data"))?;
    let person = member(&api, &caller, id).await?;
    let bytes = picture(form).await?;
    let media_type =
        media_type(&bytes).ok_or_else(|| refused("must be a JPEG, PNG, GIF or WebP picture"))?;
    let photo = Photo { media_type: media_type.into(), ticket: fresh_ticket(), bytes };
    let url = format!("/api/members/{}/photo/?ticket={}", person.id, photo.ticket);
    let id = Some(document_of(&person.id));
    let put = Command::PutDocument { kind: kind(), id, data: photo.data(), seen: None };
    // The program's own hand, as in `forget`; the right to change members was asked for above.
    api.submit(caller.tenant(), By::System, None, put).await?;
    let fields = Map::from_iter([("image_url".to_owned(), url.clone().into())]);
    let (list, id, expect) = (List::People, Some(person.id.to_string()), Expect::There);
    caller.submit(&api, None, Command::Change { list, id, fields, expect, seen: None }).await?;
    ok(&json!({ "image_url": url }))
}

fn refused(why: &str) -> Refused {
    Refused::Field("photo".into(), why.into())
}

fn unread(error: &MultipartError, why: &str) -> Refused {
    if is_too_slow(error) { Refused::TooSlow } else { refused(why) }
}

/// The bytes of the first file of a form, or of a field that is called as a picture is.
async fn picture(mut form: Multipart) -> Result<Vec<u8>, Refused> {
    let unreadable = |error| unread(&error, "could not be read");
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let named = field.name().is_some_and(|name| ["photo", "image", "file"].contains(&name));
        if field.file_name().is_some() || named {
            return whole(field).await;
        }
    }
    Err(refused("is missing"))
}

/// A field to its end. What is too much is read, but not held: a refusal in the middle of an
/// upload would not arrive.
async fn whole(mut field: Field<'_>) -> Result<Vec<u8>, Refused> {
    let (mut bytes, mut too_large) = (Vec::new(), false);
    while let Some(chunk) =
        field.chunk().await.map_err(|error| unread(&error, "is far too large"))?
    {
        too_large |= bytes.len() + chunk.len() > PHOTO_BYTES_MAX;
        if !too_large {
            bytes.extend_from_slice(&chunk);
        }
    }
    if too_large { Err(refused("must be at most 180 KiB")) } else { Ok(bytes) }
}

/// The kind of picture by its first bytes: what a client calls it is not believed.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| bytes.starts_with(with);
    if begins(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if begins(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if begins(b"GIF87a") || begins(b"GIF89a") {
        Some("image/gif")
    } else if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// 128 bits that nobody can foresee.
fn fresh_ticket() -> String {
    clock::random_bytes::<16>().iter().fold(String::new(), |mut ticket, byte| {
        // Writing to a String cannot fail.
        let _ = write!(ticket, "{byte:02x}");
        ticket
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        for (bytes, known) in [
            (&b"\xff\xd8\xff\xe0"[..], Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n..", Some("image/png")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"<svg/>", None),
            (b"", None),
        ] {
            assert_eq!(media_type(bytes), known);
        }
    }

    #[test]
    fn a_ticket_is_never_the_same() {
        assert_eq!(fresh_ticket().len(), 32);
        assert_ne!(fresh_ticket(), fresh_ticket());
    }
}
