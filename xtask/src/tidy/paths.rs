//! The paths a file names: `use` trees opened up, and paths in expressions.

use super::source::Source;

/// Where a path starts that a wall may stand in the way of.
const ROOTS: &[&str] = &[
    "crate",
    "rollcall",
    "rollcall_core",
    "rollcall_wire",
    "rollcall_store",
    "std",
    "tokio",
    "rand",
    "uuid",
];

/// Every path from one of the roots, with its line; `use crate::{b, c::d}` gives `crate::b` and
/// `crate::c::d`.
pub fn named(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = source.lines.iter().map(|line| &*line.code).collect();
    for (number, line) in source.product() {
        let mut from = 0;
        while let Some(at) = line.code[from..].find("::").map(|at| at + from) {
            from = at + 2;
            let head = head_before(&line.code[..at]);
            if let Some(head) = head {
                // A tree may run over several lines.
                let mut rest = line.code[from..].to_owned();
                if rest.trim_start().starts_with('{') {
                    rest = format!("{rest}\n{}", lines[number..].join("\n"));
                }
                tree(head, &mut Tokens(&rest), &mut |path| found.push((number, path)));
            }
        }
    }
    found
}

/// The word before `::`, if a path starts with it.
fn head_before(before: &str) -> Option<&str> {
    let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let start = start.map_or(0, |at| at + 1);
    let head = &before[start..];
    let is_start = !before[..start].trim_end().ends_with("::");
    (is_start && ROOTS.contains(&head)).then_some(head)
}

/// Words, `::`, and single signs.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let first = rest.chars().next()?;
        let word = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let length = match word {
            Some(0) if rest.starts_with("::") => 2,
            Some(0) => first.len_utf8(),
            Some(length) => length,
            None => rest.len(),
        };
        let (token, rest) = rest.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

impl Tokens<'_> {
    fn follows(&self, text: &str) -> bool {
        self.0.trim_start().starts_with(text)
    }
}

/// Reads what follows `head::` and says each whole path.
fn tree(head: &str, tokens: &mut Tokens<'_>, say: &mut impl FnMut(String)) {
    match tokens.next() {
        Some("{") => loop {
            if tokens.follows("}") || tokens.0.trim().is_empty() {
                tokens.next();
                return;
            }
            if tokens.follows(",") {
                tokens.next();
                continue;
            }
            let before = tokens.0.len();
            tree(head, tokens, say);
            // `b as c`: the new name is of no interest.
            while tokens.0.len() < before && !tokens.follows(",") && !tokens.follows("}") {
                if tokens.next().is_none() {
                    return;
                }
            }
        },
        Some("*") => say(head.to_owned()),
        Some(word) if word.chars().all(|letter| letter.is_alphanumeric() || letter == '_') => {
            let path = format!("{head}::{word}");
            if tokens.follows("::") {
                tokens.next();
                tree(&path, tokens, say);
            } else {
                say(path);
            }
        }
        _ => say(head.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, named};

    fn paths(text: &str) -> Vec<String> {
        named(&Source::new("a.rs", text)).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn paths_of_every_form_are_found() {
        for (text, expected) in [
            ("use crate::store;", vec!["crate::store"]),
            (
                "use std::{fs, net::{IpAddr, TcpStream as T}};",
                vec!["std::fs", "std::net::IpAddr", "std::net::TcpStream"],
            ),
            (
                "use std::{\n  io::{self, Read as _},\n  fs,\n};",
                vec!["std::io::self", "std::io::Read", "std::fs"],
            ),
            ("let a = crate::api::list(1);", vec!["crate::api::list"]),
            ("use tokio::*;", vec!["tokio"]),
            ("// use std::fs;", vec![]),
            ("Vec::<u8>::new()", vec![]),
        ] {
            assert_eq!(paths(text), expected, "{text}");
        }
    }

    #[test]
    fn a_tree_that_never_closes_ends() {
        assert_eq!(paths("use std::{b, c::{d"), ["std::b", "std::c::d"]);
    }
}
