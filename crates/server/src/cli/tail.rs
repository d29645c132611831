//! `rollcall tail`: follows a room of a running server in a terminal.

use std::{
    io::{BufRead, BufReader},
    thread,
    time::Duration,
};

use anyhow::bail;
use serde_json::Value;

use super::{
    http::{self, Url},
    say::{self, Colour, coloured},
};
use crate::clock;

/// Follow a room of a running server, such as `desk`, `sheet/DATE/GATHERING` or `everything`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which room.
    room: String,
    /// A native listener.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// An access token; `rollcall token` makes one.
    #[arg(long, env = "ROLLCALL_TOKEN", hide_env_values = true)]
    token: String,
    /// Begin after this position instead of now.
    #[arg(long, value_name = "POSITION")]
    after: Option<String>,
    /// Write each message as the JSON it is.
    #[arg(long)]
    json: bool,
}

/// Between two tries at first; doubled up to [`WAIT_MAX_MS`], with jitter.
const WAIT_FIRST_MS: u32 = 500;
const WAIT_MAX_MS: u32 = 15_000;

/// Silence after which the server counts as gone: its heartbeats come more often.
const SILENCE: Duration = Duration::from_secs(60);

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut position = args.after.clone();
    let mut wait_ms = WAIT_FIRST_MS;
    loop {
        match follow(args, &mut position) {
            Ok(Heard::Something) => wait_ms = WAIT_FIRST_MS,
            Ok(Heard::Nothing) => {}
            Err(error) if say::is_closed(&error) || error.is::<Final>() => return Err(error),
            Err(error) => say::line(coloured(Colour::Yellow, &format!("{error:#}")))?,
        }
        pause(wait_ms);
        wait_ms = (wait_ms * 2).min(WAIT_MAX_MS);
    }
}

/// Waits half to all of the time, so that many who lost the same server do not return at once.
#[expect(clippy::disallowed_methods, reason = "a command in a terminal has no shard to stall")]
fn pause(wait_ms: u32) {
    let jitter_ms = clock::random_u32() % (wait_ms / 2).max(1);
    thread::sleep(Duration::from_millis(u64::from(wait_ms - jitter_ms)));
}

/// Whether a connection brought anything before it ended.
enum Heard {
    Something,
    Nothing,
}

/// A no that the next try would only repeat.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Final(String);

fn follow(args: &Args, position: &mut Option<String>) -> anyhow::Result<Heard> {
    let path = format!("/v1/live/events?room={}", escaped(&args.room));
    let bearer = format!("Bearer {}", args.token);
    let mut headers = vec![("Accept", "text/event-stream"), ("Authorization", bearer.as_str())];
    if let Some(position) = position.as_deref() {
        headers.push(("Last-Event-ID", position));
    }
    let answer = http::ask(&args.url, &path, &headers)?;
    match answer.status {
        200 => {}
        404 => {
            let why = "nothing is live at this address: is it a native listener?";
            return Err(Final(why.into()).into());
        }
        status @ (400 | 401 | 403) => return Err(Final(format!("the server says {status}")).into()),
        status => bail!("the server says {status}"),
    }
    answer.set_patience(SILENCE)?;
    let (mut heard, mut event) = (Heard::Nothing, Event::default());
    for line in BufReader::new(answer).lines() {
        if let Some(done) = event.line(&line?) {
            heard = Heard::Something;
            show(args, &done.text)?;
            if done.id.is_some() {
                *position = done.id;
            }
        }
    }
    Ok(heard)
}

/// An event of a stream, line by line (WHATWG HTML, 9.2.6).
#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    id: Option<String>,
    text: String,
}

impl Event {
    /// Takes a line; gives the event when it is complete.
    fn line(&mut self, line: &str) -> Option<Self> {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" if line.is_empty() => {
                let done = std::mem::take(self);
                return (!done.text.is_empty()).then_some(done);
            }
            "id" => self.id = Some(value.to_owned()),
            "data" if self.text.is_empty() => value.clone_into(&mut self.text),
            "data" => {
                self.text.push('\n');
                self.text.push_str(value);
            }
            _ => {}
        }
        None
    }
}

fn escaped(room: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let each = room.bytes().map(|byte| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    each.collect()
}

fn show(args: &Args, text: &str) -> anyhow::Result<()> {
    let message: Value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
    let (kind, data) = (message["type"].as_str().unwrap_or("?"), &message["data"]);
    if args.json {
        say::line(text)?;
    } else if kind == "event" {
        let at = data["at"].as_str().and_then(|at| at.get(11..19)).unwrap_or("--:--:--");
        let what = data["event"]["type"].as_str().unwrap_or("?");
        say::line(format!(
            "{} {} {} {} {}",
            coloured(Colour::Grey, at),
            coloured(Colour::Green, what),
            coloured(Colour::Blue, data["room"].as_str().unwrap_or("")),
            coloured(Colour::Yellow, data["by"].as_str().unwrap_or("rollcall")),
            data["event"]["data"],
        ))?;
    } else if kind != "error" {
        say::line(coloured(Colour::Grey, &format!("{kind} {data}")))?;
    }
    if kind == "error" { refused(args, data) } else { Ok(()) }
}

/// Ends the command if trying again would change nothing; else says why it has to.
fn refused(args: &Args, data: &Value) -> anyhow::Result<()> {
    let text = |key: &str| data[key].as_str().unwrap_or_default();
    let (code, cause) = (text("code"), text("cause"));
    let lasting = match code {
        "invalid" | "malformed" | "forbidden" | "not_found" => {
            format!("the room {} cannot be followed: {cause}", args.room)
        }
        "signed_out" => format!("nobody is signed in by this token: {cause}"),
        code if code.starts_with("token_") => {
            format!("the token is not accepted: {cause}; `rollcall token` makes one")
        }
        _ if args.json => return Ok(()),
        _ => {
            let told = format!("{cause}. {}", text("what_to_do"));
            return Ok(say::line(coloured(Colour::Red, &told))?);
        }
    };
    Err(Final(lasting).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_complete_at_an_empty_line() {
        let mut event = Event::default();
        let lines = [": hb", "", "id: 0000001f-41", "data: {\"a\":", "data:1}", "retry: 3000", ""];
        let done: Vec<Event> = lines.iter().filter_map(|line| event.line(line)).collect();
        let expected = Event { id: Some("0000001f-41".into()), text: "{\"a\":\n1}".into() };
        assert_eq!(done, [expected]);
    }

    #[test]
    fn a_room_is_escaped_for_an_address() {
        assert_eq!(escaped("sheet/2026-01-01/a&b é"), "sheet/2026-01-01/a%26b%20%C3%A9");
    }
}
