//! serde's words for what does not fit, said for people: no types of ours, no terms of a library.

/// Says it as a sentence that goes on after the field's name.
pub(super) fn plain(why: &str) -> String {
    let (kind, rest) = why.split_once(' ').unwrap_or((why, ""));
    match (kind, rest.split_once(' ').unwrap_or((rest, ""))) {
        // The client's own text comes first and may hold anything; what is expected comes last.
        ("invalid", ("type:" | "value:" | "length", rest)) => match rest.rsplit_once(", expected ")
        {
            Some((found, expected)) => must_be(expected, found),
            None => why.to_owned(),
        },
        ("unknown", ("variant", rest)) => match rest.split_once(", expected ") {
            Some((found, known)) => format!("must be {known}, not {found}"),
            None => format!("cannot be {rest}"),
        },
        ("unknown", ("field", rest)) => match rest.split_once(", expected ") {
            Some((_, known)) => {
                format!("is not known; known here: {}", known.trim_start_matches("one of "))
            }
            None => "is not known; there are no fields here".to_owned(),
        },
        ("expected", _) => format!("must be {rest}"),
        ("missing", ("field", _)) => "is missing".to_owned(),
        ("duplicate", ("field", _)) => "is there twice".to_owned(),
        _ => why.to_owned(),
    }
}

fn must_be(expected: &str, found: &str) -> String {
    if expected.starts_with('"') {
        // Of the two keys of what is tagged.
        return format!("is not known; known here: {}", expected.replace('"', "`"));
    }
    let expected = wanted(expected);
    // The wrong length of something; which one it has is nothing to put beside a kind.
    if found.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("must be {expected}");
    }
    format!("must be {expected}, not {}", found_of(found))
}

/// What serde names by Rust's types, by JSON's; a type of ours says itself what it expects.
fn wanted(expected: &str) -> &str {
    match expected.split(' ').next().unwrap_or_default() {
        "struct" | "adjacently" | "internally" | "map" | "newtype" | "tuple" => "an object",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "unit" => "null",
        "variant" | "field" | "str" | "enum" => "a text",
        _ => match expected {
            "a map" => "an object",
            "a sequence" => "a list",
            "a string" | "a borrowed string" => "a text",
            "a boolean" => "true or false",
            "string or map" => "a text or an object",
            other => other,
        },
    }
}

fn found_of(found: &str) -> &str {
    match found {
        "map" | "newtype variant" => "an object",
        "sequence" => "a list",
        "unit variant" => "a text",
        "Option value" | "unit value" => "null",
        other => {
            let value = other.split_once(' ').map(|(_, value)| value.trim_matches('`'));
            let known = ["string ", "integer ", "floating ", "boolean ", "character "];
            let value = value.filter(|_| known.iter().any(|kind| other.starts_with(kind)));
            value.map_or(other, |value| value.trim_start_matches("point `"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_rust_is_told_to_people() {
        for (why, said) in [
            ("invalid type: integer `7`, expected a string", "must be a text, not 7"),
            (
                "invalid type: floating point `1.5`, expected u32",
                "must be a whole number that is not negative, not 1.5",
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "must be a whole number that is not negative, not -1",
            ),
            ("invalid type: boolean `true`, expected a sequence", "must be a list, not true"),
            ("invalid type: null, expected a boolean", "must be true or false, not null"),
            (
                "invalid type: sequence, expected struct variant Request::Follow",
                "must be an object, not a list",
            ),
            ("invalid type: map, expected a string", "must be a text, not an object"),
            (
                r#"invalid type: string "a, expected b", expected adjacently tagged enum Request"#,
                r#"must be an object, not "a, expected b""#,
            ),
            (
                "invalid type: unit variant, expected newtype variant",
                "must be an object, not a text",
            ),
            ("invalid length 1, expected struct Claim with 2 elements", "must be an object"),
            (
                "unknown variant `fly`, expected one of `a`, `b`, `c`",
                "must be one of `a`, `b`, `c`, not `fly`",
            ),
            ("unknown variant `fly`, expected `a` or `b`", "must be `a` or `b`, not `fly`"),
            (
                "unknown field `x`, expected one of `a`, `b`, `c`",
                "is not known; known here: `a`, `b`, `c`",
            ),
            ("unknown field `x`, expected `a` or `b`", "is not known; known here: `a` or `b`"),
            ("unknown field `x`, there are no fields", "is not known; there are no fields here"),
            (
                r#"invalid type: string "x", expected "type" or "data""#,
                "is not known; known here: `type` or `data`",
            ),
            ("missing field `token`", "is missing"),
            ("duplicate field `data`", "is there twice"),
            ("expected a room: everything or desk", "must be a room: everything or desk"),
        ] {
            assert_eq!(plain(why), said);
        }
    }
}
