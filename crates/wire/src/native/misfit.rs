//! Where in a JSON text reading stopped: serde says line and column, people want the field.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::wording;

/// Characters of a cause: enough for every list of expected names, too few to echo a payload.
const WHY_CHARS_MAX: usize = 300;

/// What serde says of anything but a text where one of several words should stand.
const EXPECTED_VALUE: &str = "expected value";

/// What is wrong with a text that is no `T`, in a sentence, and the field at which reading
/// stopped, as a path from the request's `data` inwards; `None` if it is the whole text.
pub(super) fn misfit<T: DeserializeOwned>(
    text: &str,
    error: &serde_json::Error,
) -> (Option<String>, String) {
    let (field, why) = match serde_json::from_str::<Value>(text) {
        Err(_) => (None, format!("is no JSON: {error}")),
        Ok(value) => placed::<T>(text, &value, error),
    };
    let why = if field.is_none() { format!("the request {why}") } else { why };
    (field, why.chars().take(WHY_CHARS_MAX).collect())
}

/// The same of a text that is JSON. What stands before its `type` is only judged behind that, where
/// its place is lost: a text in the right order shows it.
fn placed<T: DeserializeOwned>(
    text: &str,
    value: &Value,
    error: &serde_json::Error,
) -> (Option<String>, String) {
    let mut ordered = String::new();
    write_type_first(value, &mut ordered);
    let again = serde_json::from_str::<T>(&ordered).err();
    match again.filter(|again| bare(again) == bare(error)) {
        Some(again) => told(&ordered, &again),
        None => told(text, error),
    }
}

fn told(text: &str, error: &serde_json::Error) -> (Option<String>, String) {
    let (why, end) = (bare(error), offset_of(text, error));
    let (field, why) = if why == EXPECTED_VALUE {
        (field(text, end.saturating_sub(1), &why), "must be a text".to_owned())
    } else {
        (field(text, end, &why), wording::plain(&why))
    };
    match field.as_deref().and_then(|path| reference(path, &why)) {
        Some(path) => (Some(path), REFERENCE.to_owned()),
        None => (field, why),
    }
}

/// What serde says, without line and column.
fn bare(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rsplit_once(" at line ").map_or(said.as_str(), |(why, _)| why).to_owned()
}

fn write_type_first(value: &Value, into: &mut String) {
    match value {
        Value::Object(fields) => {
            into.push('{');
            let (first, rest): (Vec<_>, Vec<_>) =
                fields.iter().partition(|(key, _)| *key == "type");
            for (at, (key, value)) in first.into_iter().chain(rest).enumerate() {
                into.push_str(if at == 0 { "" } else { "," });
                into.push_str(&Value::from(key.as_str()).to_string());
                into.push(':');
                write_type_first(value, into);
            }
            into.push('}');
        }
        Value::Array(values) => {
            into.push('[');
            for (at, value) in values.iter().enumerate() {
                into.push_str(if at == 0 { "" } else { "," });
                write_type_first(value, into);
            }
            into.push(']');
        }
        plain => into.push_str(&plain.to_string()),
    }
}

/// What names a person by one of several keys.
const REFERENCE: &str = "must be an object with one of `id`, `number`, `code`";

/// The path of a person who is named in another way than by one of those keys. serde speaks of
/// texts there, because what is one of several is one by a text elsewhere.
fn reference(path: &str, why: &str) -> Option<String> {
    let (before, after) = path.rsplit_once("person")?;
    let about_text = why == "must be a text" || why.starts_with("must be one of `id`");
    let itself = after.is_empty() || (why == "must be a text" && after.starts_with('.'));
    (itself && about_text).then(|| format!("{before}person"))
}

fn field(text: &str, end: usize, why: &str) -> Option<String> {
    let missing = why.starts_with("missing field");
    let mut steps = steps_to(text, end);
    let (before, after) = text.as_bytes().split_at(end);
    if is_list(why) && before.ends_with(b"[") && !after.trim_ascii_start().starts_with(b"[") {
        // The list itself does not fit, not what comes first in it.
        steps.pop();
    }
    if let (true, Some(Step::Key(last))) = (missing, steps.last_mut()) {
        // The object that lacks a field ends with another one.
        *last = "";
    }
    let mut path = written(&steps);
    let absent = missing || why.starts_with("unknown field");
    if let Some(name) = why.split('`').nth(1).filter(|_| absent)
        && path.rsplit(['.', ']']).next() != Some(name)
    {
        path.push('.');
        path.push_str(name);
    }
    let inner = path.strip_prefix(".data.").or_else(|| path.strip_prefix('.'))?;
    Some(inner.to_owned())
}

fn is_list(why: &str) -> bool {
    why.starts_with("invalid type: sequence")
}

fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text.split_inclusive('\n').take(error.line() - 1).map(str::len).sum();
    (before + error.column()).min(text.len())
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The way to the value that a reader of `text` is in, or has just left, after `end` bytes.
/// Empty outside of everything.
fn steps_to(text: &str, end: usize) -> Vec<Step<'_>> {
    let bytes = text.as_bytes();
    let (mut steps, mut at) = (Vec::new(), 0);
    while at < end {
        match bytes[at] {
            b'{' => steps.push(Step::Key("")),
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' if at + 1 < end => drop(steps.pop()),
            b',' => match steps.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(key)) => *key = "",
                None => {}
            },
            b'"' => {
                let close = closing_quote(bytes, at);
                let is_key = text[close..].trim_start_matches('"').trim_start().starts_with(':');
                if let (true, Some(Step::Key(key))) = (is_key, steps.last_mut()) {
                    *key = &text[at + 1..close];
                }
                at = close;
            }
            _ => {}
        }
        at += 1;
    }
    steps
}

/// The offset of the quote that ends the text begun at `open`.
fn closing_quote(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// `.data.rooms[1]`
fn written(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key("") => {}
            Step::Key(key) => path.extend([".", key]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_text_has_a_path() {
        let text = r#"{"a":{"b":[1,"x}",{"c":2}]}, "d\"e" : 3}"#;
        for (mark, path) in [("1,", ".a.b[0]"), ("2}", ".a.b[2].c"), ("3}", r#".d\"e"#)] {
            let end = text.find(mark).expect("the mark") + 1;
            assert_eq!(written(&steps_to(text, end)), path, "{mark}");
        }
    }

    #[test]
    fn a_missing_field_is_named_where_it_should_stand() {
        #[derive(Debug, serde::Deserialize)]
        struct Inner {
            #[serde(rename = "a")]
            _a: u8,
            #[serde(rename = "b")]
            _b: u8,
        }
        #[derive(Debug, serde::Deserialize)]
        struct Outer {
            #[serde(rename = "x")]
            _x: Inner,
            #[serde(rename = "y")]
            _y: u8,
        }
        for (text, named) in [
            ("{}", "x"),
            (r#"{"x":{}}"#, "x.a"),
            (r#"{"x":{"a":1}}"#, "x.b"),
            (r#"{"x":{"a":1,"b":2}}"#, "y"),
            (r#"{"y":1}"#, "x"),
        ] {
            let error = serde_json::from_str::<Outer>(text).unwrap_err();
            assert_eq!(misfit::<Outer>(text, &error).0.as_deref(), Some(named), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_that_is_no_request_upsets_it(
            text in r#"\{"(type|data)":["\[\]{}:,0éa\\]{0,9}(,"(type|data)":["\[\]{}:,0éa]{0,9})?\}"#,
        ) {
            if let Err(error) = serde_json::from_str::<(u8, String)>(&text) {
                misfit::<(u8, String)>(&text, &error);
            }
            super::super::request::Request::read(&text).ok();
        }

        #[test]
        fn no_text_upsets_it(text in r#"[\[\]{}:,"\\aé0 ]{0,40}"#, end in 0_usize..60) {
            steps_to(&text, end.min(text.len()));
        }
    }
}
