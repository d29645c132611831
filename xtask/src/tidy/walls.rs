//! Who may know whom. Cargo keeps the walls between crates; this table keeps the rest.

use super::{Finding, paths, source::Source};

/// A part of the tree and what must not be named in it.
struct Wall {
    /// The part: a folder `…/x/` or a file `…/x.rs`, named without the ending.
    inside: &'static str,
    /// Paths and everything below them. One with a dot before it is a method that must not be called.
    never: &'static [&'static str],
    /// What to do instead.
    instead: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        inside: "crates/core/src",
        never: &[
            "rollcall",
            "rollcall_wire",
            "rollcall_store",
            "tokio",
            "std::net",
            "std::fs",
            "std::env",
            "std::thread",
            "std::time::SystemTime",
            "std::time::Instant",
            "rand",
            "uuid::Uuid::new_v4",
            "uuid::Uuid::now_v7",
            ".await",
        ],
        instead: "core is pure: take it as an argument, do it in server",
    },
    Wall {
        inside: "crates/wire/src",
        never: &["rollcall", "rollcall_store", "tokio", "std::fs", "std::env", "std::thread"],
        instead: "wire turns bytes into meaning and back: do it in server",
    },
    Wall {
        inside: "crates/wire/src",
        never: &["std::net::TcpStream", "std::net::TcpListener", "std::net::UdpSocket", ".await"],
        instead: "a codec never meets a socket: take bytes, answer bytes",
    },
    Wall {
        inside: "crates/store/src",
        never: &["rollcall", "rollcall_wire"],
        instead: "a store keeps events, however they are said: keep the core type",
    },
    Wall {
        inside: "crates/server/src/transport",
        never: &["rollcall_store", "crate::submit", "crate::api"],
        instead: "a transport carries bytes: hand them to its connection",
    },
    Wall {
        inside: "crates/server/src/connection",
        never: &["rollcall_store", "crate::transport", "crate::cluster"],
        instead: "a connection reaches the store through submit and the shard, and any transport carries it",
    },
    Wall {
        inside: "crates/server/src/submit",
        never: &["rollcall_wire", "crate::transport", "crate::api"],
        instead: "submit takes commands, whoever said them: translate before it",
    },
    Wall {
        inside: "crates/server/src/shard",
        never: &["crate::submit", ".commit"],
        instead: "a shard only reads: all writes enter at submit",
    },
    Wall {
        inside: "crates/server/src/api",
        never: &["crate::transport", "crate::connection", ".commit"],
        instead: "an endpoint writes through submit and reads from the store",
    },
];

/// Those who may name `crate::app`.
const APP_USERS: &[&str] = &[
    "crates/server/src/app",
    "crates/server/src/cli",
    "crates/server/src/main",
    "crates/server/src/lib",
];

/// Every name that crosses a wall.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let named = paths::named(source);
    for wall in WALLS.iter().filter(|wall| is_inside(&source.file, wall.inside)) {
        for never in wall.never {
            for line in crossings(source, &named, never) {
                let what = format!("`{never}` is on the other side of a wall");
                found.push(Finding::new(&source.file, line, what, wall.instead));
            }
        }
    }
    let may = APP_USERS.iter().any(|user| is_inside(&source.file, user));
    if !may && is_inside(&source.file, "crates/server/src") {
        for line in crossings(source, &named, "crate::app") {
            let instead = "app puts all together: take the part you need as an argument";
            found.push(Finding::new(&source.file, line, "`crate::app` is named", instead));
        }
    }
    found
}

fn is_inside(file: &str, part: &str) -> bool {
    file.strip_prefix(part).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn crossings(source: &Source, named: &[(usize, String)], never: &str) -> Vec<usize> {
    if never.starts_with('.') {
        let calls = source.product().filter(|(_, line)| calls(&line.code, never));
        return calls.map(|(number, _)| number).collect();
    }
    let below = |path: &str| {
        path.strip_prefix(never).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    named.iter().filter(|(_, path)| below(path)).map(|(number, _)| *number).collect()
}

fn calls(code: &str, method: &str) -> bool {
    code.match_indices(method).any(|(at, _)| {
        let next = code[at + method.len()..].chars().next();
        !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::{Source, findings};

    fn lines(file: &str, text: &str) -> Vec<usize> {
        findings(&Source::new(file, text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn what_crosses_a_wall_is_found_and_what_does_not_is_left() {
        for (file, text, expected) in [
            ("crates/core/src/id.rs", "use std::{fmt, fs};", vec![1]),
            ("crates/core/src/id.rs", "let a = std::time::Duration::ZERO;", vec![]),
            ("crates/wire/src/sse.rs", "\nasync { a.await }", vec![2]),
            ("crates/server/src/transport/sse.rs", "use crate::{shard, submit};", vec![1]),
            ("crates/server/src/transport.rs", "use crate::api::Api;", vec![1]),
            ("crates/server/src/transport/sse.rs", "use crate::submitted;", vec![]),
            ("crates/server/src/shard/turn.rs", "store.commit(batch)", vec![1]),
            ("crates/server/src/shard/turn.rs", "a.committed()", vec![]),
            ("crates/server/src/api/people/list.rs", "use crate::app::App;", vec![1]),
            ("crates/server/src/cli/serve.rs", "use crate::app::App;", vec![]),
            ("crates/core/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }", vec![]),
        ] {
            assert_eq!(lines(file, text), expected, "{file}: {text}");
        }
    }
}
