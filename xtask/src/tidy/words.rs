//! One name per thing: words that mean something else here, with the word to use.
//!
//! Dialects speak foreign words; their folders are left alone, and elsewhere a comment may quote
//! one in backticks.

use super::{Finding, source::Source};

const DIALECTS: &[&str] = &["church", "gym", "bioattend", "school"];

/// Where a word is looked for.
enum In {
    /// As a part of a name, `x` in `get_x_id` and `XId`.
    Part,
    /// As a part of a name or a word in a comment.
    PartOrComment,
    /// As a whole name.
    Name,
}

struct Banned {
    words: &'static [&'static str],
    place: In,
    instead: &'static str,
    /// Names of others that hold the word.
    fine: &'static [&'static str],
    /// Parts of the tree whose own word it is.
    home: &'static [&'static str],
}

const BANNED: &[Banned] = &[
    Banned {
        words: &["user", "users"],
        place: In::PartOrComment,
        instead: "account (who signs in) or person (who is on a roster)",
        fine: &[
            "user_agent",
            "useragent",
            "user_version",
            "tcp_user_timeout",
            "user agent",
            "user-agent",
        ],
        home: &[],
    },
    Banned { words: &["topic", "topics"], place: In::Part, instead: "room", fine: &[], home: &[] },
    Banned {
        words: &["last_event_id", "event_seq", "log_seq", "last_seq", "seq_no", "sequence_number"],
        place: In::Name,
        instead: "offset (place in the log), epoch (which log) or position (both)",
        fine: &[],
        home: &["sse", "websocket"],
    },
    Banned {
        words: &["cursor", "cursors"],
        place: In::Name,
        instead: "position",
        fine: &[],
        home: &["live", "shard"],
    },
    Banned {
        words: &["organisation", "organization", "org"],
        place: In::Part,
        instead: "tenant",
        fine: &[],
        home: &[],
    },
    Banned {
        words: &["entity", "entities"],
        place: In::Part,
        instead: "document",
        fine: &["unprocessable_entity", "request_entity_too_large"],
        home: &[],
    },
    Banned {
        words: &["hadir", "kehadiran"],
        place: In::Part,
        instead: "present or mark; the foreign word stops at the dialect's folder",
        fine: &[],
        home: &[],
    },
];

/// Ends of type names that say nothing.
const EMPTY_ENDS: &[&str] =
    &["Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Impl", "Data", "Info"];

/// Modules that say nothing.
const EMPTY_MODULES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "base"];

/// Banned words in a file of the product.
pub fn findings(source: &Source) -> Vec<Finding> {
    let path: Vec<&str> = source.file.trim_end_matches(".rs").split('/').collect();
    let is_product = path.first() == Some(&"crates") && path.get(2) == Some(&"src");
    if !is_product || path.iter().any(|part| DIALECTS.contains(part)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in source.numbered() {
        let mut say = |word: &str, instead: &str| {
            let what = format!("`{word}` is not a word of ours");
            found.push(Finding::new(&source.file, number, what, format!("say {instead}")));
        };
        let names: Vec<&str> = names(&line.code).collect();
        for banned in
            BANNED.iter().filter(|banned| !banned.home.iter().any(|home| path.contains(home)))
        {
            for name in names.iter().filter(|name| banned.is_in_name(name)) {
                say(name, banned.instead);
            }
            if let Some(word) = banned.in_comment(&line.comment) {
                say(word, banned.instead);
            }
        }
        // `type Data = …;` fills in what a library's trait calls so.
        let is_filled_in = line.code.trim_start().starts_with("type ");
        if let Some(name) = empty_name(&names).filter(|_| !is_filled_in) {
            say(name, "what it is or does");
        }
    }
    found
}

impl Banned {
    fn is_in_name(&self, name: &str) -> bool {
        let snake = snake(name);
        if self.fine.contains(&&*snake) {
            return false;
        }
        match self.place {
            // `Cursor` is a type of std; `cursor` and `lastEventId` are names that someone gave.
            In::Name => {
                self.words.contains(&name) || (snake.contains('_') && self.words.contains(&&*snake))
            }
            In::Part | In::PartOrComment => snake.split('_').any(|part| self.words.contains(&part)),
        }
    }

    fn in_comment(&self, comment: &str) -> Option<&'static str> {
        if !matches!(self.place, In::PartOrComment) {
            return None;
        }
        let mut text: String = comment.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        text = text.to_lowercase();
        for fine in self.fine {
            text = text.replace(fine, "");
        }
        let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.find_map(|word| self.words.iter().find(|banned| **banned == word).copied())
    }
}

/// The names in a line of code.
fn names(code: &str) -> impl Iterator<Item = &str> {
    let parts = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    parts.filter(|part| !part.is_empty())
}

/// `LastEventId`, `lastEventId` and `LAST_EVENT_ID` as `last_event_id`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut before_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_lower {
            snake.push('_');
        }
        before_lower = letter.is_lowercase() || letter.is_numeric();
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The name that a line defines, if it says nothing.
fn empty_name<'a>(names: &[&'a str]) -> Option<&'a str> {
    let at = names
        .iter()
        .position(|name| ["struct", "enum", "trait", "type", "union", "mod"].contains(name))?;
    let name = names.get(at + 1)?;
    let is_empty = match names[at] {
        "mod" => EMPTY_MODULES.contains(name),
        _ => EMPTY_ENDS.iter().any(|end| name.ends_with(end)),
    };
    is_empty.then_some(*name)
}

#[cfg(test)]
mod tests {
    use super::{Source, findings, snake};

    fn found(file: &str, text: &str) -> usize {
        findings(&Source::new(file, text)).len()
    }

    #[test]
    fn banned_words_are_found_and_their_neighbours_left() {
        for (text, expected) in [
            ("let user_id = 1;", 1),
            ("struct UserId;", 1),
            ("const USERS_MAX: u8 = 1;", 1),
            ("let username = user_agent;", 0),
            ("say(\"user\")", 0),
            ("// a user signs in", 1),
            ("// their `user` field, the User-Agent", 0),
            ("fn of_topic() {}", 1),
            ("let last_event_id = 1;", 1),
            ("struct LastEventId;", 1),
            ("let cursor = Cursor::new();", 1),
            ("Status::UNPROCESSABLE_ENTITY", 0),
            ("struct RoomManager;", 1),
            ("pub(crate) trait Base {}", 1),
            ("use std::marker::PhantomData;", 0),
            ("mod utils;", 1),
        ] {
            assert_eq!(found("crates/core/src/a.rs", text), expected, "{text}");
        }
    }

    #[test]
    fn foreign_words_are_at_home_in_their_folder() {
        assert_eq!(found("crates/wire/src/gym/decode.rs", "let user = 1;"), 0);
        assert_eq!(found("crates/server/src/auth/church.rs", "let user = 1;"), 0);
        assert_eq!(found("crates/core/src/live/tape.rs", "let cursor = 1;"), 0);
        assert_eq!(found("crates/wire/fuzz/src/lib.rs", "let last_event_id = 1;"), 0);
        assert_eq!(found("crates/wire/src/sse.rs", "let last_event_id = 1;"), 0);
    }

    #[test]
    fn names_of_every_case_are_one() {
        for name in ["LastEventId", "lastEventId", "LAST_EVENT_ID", "last_event_id"] {
            assert_eq!(snake(name), "last_event_id");
        }
    }
}
