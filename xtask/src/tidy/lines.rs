//! What is wrong with single lines: no purpose on the first, promises, leftovers, machine paths.

use super::{Finding, source::Source};

/// Paths that exist on one machine only.
const MACHINE_PATHS: &[&str] =
    &[concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];

const PROMISES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// How a statement that was commented out begins.
const STATEMENTS: &[&str] = &[
    "let ", "fn ", "pub ", "use ", "mod ", "impl ", "struct ", "enum ", "match ", "if ", "for ",
    "while ", "return ", "} else", "self.", "async ", "const ", "#[",
];

/// Findings in one Rust file.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |line, what: &str, instead: &str| {
        found.push(Finding::new(&source.file, line, what, instead));
    };
    if !source.lines.first().is_some_and(|line| line.raw.starts_with("//! ")) {
        say(1, "the first line does not say what the file is for", "begin it with `//! …`");
    }
    for (number, line) in source.numbered() {
        for promise in PROMISES {
            if is_promise(&line.comment, promise) {
                let what = format!("{promise} without a reason");
                say(number, &what, "do it now, or write `(what it waits for)` after the word");
            }
        }
        if is_leftover(&line.comment) && line.code.trim().is_empty() {
            say(number, "code in a comment", "delete it: history remembers");
        }
    }
    found
}

/// Findings in any text.
pub fn machine_paths(file: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for path in MACHINE_PATHS {
            if line.match_indices(path).any(|(at, _)| starts_path(&line[..at])) {
                let what = format!("`{path}…` exists on one machine only");
                let instead = "write it from the root of the repository, or make it a setting";
                found.push(Finding::new(file, number, what, instead));
            }
        }
    }
    found
}

/// Whether a slash after `before` begins an absolute path, and not the middle of a URL or path.
fn starts_path(before: &str) -> bool {
    let last = before.chars().next_back();
    !last.is_some_and(|last| last.is_alphanumeric() || "_.-~})>*/$".contains(last))
}

fn is_promise(comment: &str, promise: &str) -> bool {
    comment.match_indices(promise).any(|(at, _)| {
        let in_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let after = &comment[at + promise.len()..];
        let is_word = !in_word(comment[..at].chars().next_back()) && !in_word(after.chars().next());
        is_word && !after.starts_with('(')
    })
}

/// A plain comment (not docs, which hold examples) that reads like a statement.
fn is_leftover(comment: &str) -> bool {
    let Some(text) = comment.trim().strip_prefix("//") else { return false };
    if text.starts_with(['/', '!']) {
        return false;
    }
    let text = text.trim();
    let begins = STATEMENTS.iter().any(|start| text.starts_with(start));
    begins && text.ends_with([';', '{', ']']) || text == "}"
}

#[cfg(test)]
mod tests {
    use super::{Source, findings, machine_paths};

    #[test]
    fn each_fault_is_found_once() {
        for (text, expected) in [
            ("//! Why.\nfn a() {}", 0),
            ("fn a() {}", 1),
            ("//! a\n// let b = 1;", 1),
            ("//! a\n// let it be, so that nothing waits", 0),
            ("//! a\n/// use a::b;", 0),
            (concat!("//! a\n// TO", "DO: later"), 1),
            (concat!("//! a\n// TO", "DO(rustls 0.24 brings it): later"), 0),
            (concat!("//! a\nlet b = \"TO", "DO\";"), 0),
        ] {
            assert_eq!(findings(&Source::new("a.rs", text)).len(), expected, "{text}");
        }
    }

    #[test]
    fn only_absolute_paths_are_of_a_machine() {
        for (text, expected) in [
            (concat!("cp /ho", "me/ada/x ."), 1),
            (concat!("`/wo", "rk/x`"), 1),
            (concat!("https://example.org/wo", "rk/x"), 0),
            (concat!("./ho", "me/x"), 0),
        ] {
            assert_eq!(machine_paths("a.md", text).len(), expected, "{text}");
        }
    }
}
