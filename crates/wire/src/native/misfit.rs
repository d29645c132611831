//! Where in a JSON text reading stopped: serde says line and column, people want the field.

/// Characters of a cause: enough for every list of expected names, too few to echo a payload.
const WHY_CHARS_MAX: usize = 300;

/// What is wrong, without serde's line and column.
pub(super) fn why(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(why, _)| why);
    text.chars().take(WHY_CHARS_MAX).collect()
}

/// The field at which reading stopped, as a path from the request's `data` inwards.
/// `None` if the text is no JSON at all.
pub(super) fn field(text: &str, error: &serde_json::Error) -> Option<String> {
    if !error.is_data() {
        return None;
    }
    let why = error.to_string();
    let missing = why.starts_with("missing field");
    let mut steps = steps_to(text, offset_of(text, error));
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
            assert_eq!(field(text, &error).as_deref(), Some(named), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_upsets_it(text in r#"[\[\]{}:,"\\aé0 ]{0,40}"#, end in 0_usize..60) {
            steps_to(&text, end.min(text.len()));
        }
    }
}
