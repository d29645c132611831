//! What a client writes of a member, as fields of a person (G7.1).

use rollcall_core::text;
use serde_json::{Map, Value, json};

use super::super::{fields::Fields, refused::Refused};

const FULL_NAME_CHARS_MAX: usize = 100;
const NUMBER_CHARS_MAX: usize = 20;
const PHONE_CHARS_MAX: usize = 20;
const ADDRESS_CHARS_MAX: usize = 500;
const NOTES_CHARS_MAX: usize = 2_000;
const IMAGE_URL_CHARS_MAX: usize = 500;

/// The fields of a person that the body sets; those it does not name stay as they are.
pub(super) fn person_fields(body: &Fields) -> Result<Map<String, Value>, Refused> {
    let mut person = Map::new();
    if let Some((first, last)) = full_name(body)? {
        person.insert("first_name".into(), first.into());
        person.insert("last_name".into(), last.into());
    }
    // A card keeps its number: a form that leaves it empty does not take it away.
    if let Some(number) = line(body, "membership_number", NUMBER_CHARS_MAX)? {
        person.insert("number".into(), number.into());
    }
    for (field, chars_max) in [("phone", PHONE_CHARS_MAX), ("address", ADDRESS_CHARS_MAX)] {
        set(&mut person, field, body, line(body, field, chars_max)?);
    }
    let notes = body.text("notes")?.map(text::lines).filter(|notes| !notes.is_empty());
    short("notes", notes.as_deref(), NOTES_CHARS_MAX)?;
    set(&mut person, "notes", body, notes);
    set(&mut person, "image_url", body, image_url(body)?);
    if let Some(status) = body.text("status")? {
        if !["active", "inactive"].contains(&status) {
            return Err(Refused::Field("status".into(), "must be active or inactive".into()));
        }
        person.insert("status".into(), status.into());
    }
    Ok(person)
}

/// Sets a field that the body names; blank or `null` clears it.
fn set(person: &mut Map<String, Value>, field: &str, body: &Fields, value: Option<String>) {
    if body.has(field) {
        person.insert(field.into(), json!(value));
    }
}

/// The name in the two parts that are kept: joined again by a blank they are the name as given.
fn full_name(body: &Fields) -> Result<Option<(String, String)>, Refused> {
    if !body.has("full_name") {
        return Ok(None);
    }
    let Some(name) = line(body, "full_name", FULL_NAME_CHARS_MAX)? else {
        return Err(Refused::Field("full_name".into(), "must not be blank".into()));
    };
    let (first, last) = name.rsplit_once(' ').unwrap_or((&name, ""));
    Ok(Some((first.to_owned(), last.to_owned())))
}

/// Where a picture is that lies elsewhere. Anything but an address of a page is no picture.
fn image_url(body: &Fields) -> Result<Option<String>, Refused> {
    let url = line(body, "image_url", IMAGE_URL_CHARS_MAX)?;
    let fits =
        |url: &String| ["https://", "http://", "/"].iter().any(|begin| url.starts_with(begin));
    match url {
        Some(url) if !fits(&url) => {
            Err(Refused::Field("image_url".into(), "must be an address on the web".into()))
        }
        url => Ok(url),
    }
}

/// One line of text that is not blank.
fn line(body: &Fields, field: &str, chars_max: usize) -> Result<Option<String>, Refused> {
    let line = body.text(field)?.map(text::line).filter(|line| !line.is_empty());
    short(field, line.as_deref(), chars_max)?;
    Ok(line)
}

fn short(field: &str, text: Option<&str>, chars_max: usize) -> Result<(), Refused> {
    if text.is_some_and(|text| text.chars().count() > chars_max) {
        let why = format!("must be at most {chars_max} characters");
        return Err(Refused::Field(field.into(), why));
    }
    Ok(())
}
