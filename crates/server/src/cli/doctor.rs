//! `rollcall doctor`: looks for what usually goes wrong, here and from outside (gym G11.5).

use std::{net::TcpListener, process::ExitCode};

use anyhow::anyhow;

use super::{
    http::{self, Answer, Url},
    say::{self, Colour, coloured},
};
use crate::config::{Config, ConfigError, PlaceFlags};

/// Look for what usually goes wrong: on this machine, or at a running listener.
#[derive(clap::Args)]
pub(super) struct Args {
    /// A running listener, such as http://127.0.0.1:8080; without one, this machine is looked at.
    url: Option<Url>,
    /// The host name under which clients reach it through a proxy, such as desk.example.org.
    #[arg(long, requires = "url")]
    host: Option<String>,
    /// The origin of the pages that shall connect [default: the host's own, by https].
    #[arg(long, requires = "url")]
    origin: Option<String>,
    /// An access token to try.
    #[arg(long, env = "ROLLCALL_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    place: PlaceFlags,
}

/// What was found, and whether it is as it should be.
struct Finding {
    what: &'static str,
    found: Result<String, String>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let findings = match &args.url {
        Some(url) => outside(url, args),
        None => here(args),
    };
    for Finding { what, found } in &findings {
        let (mark, text) = match found {
            Ok(text) => (coloured(Colour::Green, "ok  "), text),
            Err(text) => (coloured(Colour::Red, "FAIL"), text),
        };
        say::line(format!("{mark} {what}: {text}"))?;
    }
    let well = findings.iter().all(|finding| finding.found.is_ok());
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn here(args: &Args) -> Vec<Finding> {
    let config = match Config::load(&args.place.clone().into()) {
        Ok(config) => config,
        Err(error) => return vec![Finding { what: "settings", found: Err(error.to_string()) }],
    };
    let mut findings = vec![
        Finding { what: "settings", found: Ok("can be read".into()) },
        Finding { what: "secret", found: secret(config.secret().map(drop)) },
        Finding { what: "data directory", found: directory(&config) },
    ];
    for listener in &config.listen {
        let found = match TcpListener::bind(listener.address) {
            Ok(_) => Ok(format!("{} is free", listener.address)),
            Err(error) => Err(format!("{}: {error}; is it running already?", listener.address)),
        };
        findings.push(Finding { what: "port", found });
    }
    findings
}

fn secret(found: Result<(), ConfigError>) -> Result<String, String> {
    found.map(|()| "is there and long enough".into()).map_err(|error| error.to_string())
}

fn directory(config: &Config) -> Result<String, String> {
    let Some(directory) = config.directory() else { return Ok("none: kept in memory".into()) };
    let shown = directory.display();
    if !directory.exists() {
        return Ok(format!("{shown} will be made"));
    }
    let trial = directory.join(".doctor");
    let written = std::fs::write(&trial, b"trial").and_then(|()| std::fs::remove_file(&trial));
    written.map(|()| format!("{shown} can be written")).map_err(|e| format!("{shown}: {e}"))
}

/// A key for the opening handshake; it need not be secret (RFC 6455, 1.3).
const KEY: &str = "cm9sbGNhbGwgZG9jdG9yIQ==";

fn outside(url: &Url, args: &Args) -> Vec<Finding> {
    let host = args.host.clone().unwrap_or_else(|| url.authority());
    let own = if args.host.is_some() { "https" } else { "http" };
    let origin = args.origin.clone().unwrap_or_else(|| format!("{own}://{host}"));
    let health = http::ask(url, "/health", &[("Host", &host), ("Accept", "application/json")]);
    let reached = health.is_ok();
    let mut findings = vec![Finding { what: "health", found: told(health, well) }];
    if !reached {
        return findings;
    }
    let upgrade = [
        ("Host", host.as_str()),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KEY),
        ("Origin", origin.as_str()),
    ];
    let (opened, spoken) = open(url, &upgrade);
    findings
        .push(Finding { what: "WebSocket upgrade", found: told(opened, |a| upgraded(a, spoken)) });
    let echoed = http::ask(url, "/health", &[("Host", &host), ("Origin", &origin)]);
    let cors = |answer: &Answer| cors(answer, &origin);
    findings.push(Finding { what: "origin", found: told(echoed, cors) });
    if let Some(token) = &args.token {
        let bearer = [("Host", &*host), ("Authorization", &*format!("Bearer {token}"))];
        let found = http::ask(url, who_path(spoken), &bearer);
        findings.push(Finding { what: "token", found: told(found, accepted) });
    }
    findings
}

fn told(
    answer: anyhow::Result<Answer>,
    judge: impl FnOnce(&Answer) -> Result<String, String>,
) -> Result<String, String> {
    judge(&answer.map_err(|error| format!("{error:#}"))?)
}

fn well(answer: &Answer) -> Result<String, String> {
    match answer.status {
        200 => Ok("the server says it is well".into()),
        301 | 302 | 307 | 308 => Err("a proxy redirects: clients need the final address".into()),
        502 | 504 => Err("a proxy answers, but it cannot reach the server".into()),
        503 => Err("the server's own probe fails: look into its log".into()),
        status => Err(format!("status {status}; is this a Rollcall listener?")),
    }
}

/// Where the live protocol of each dialect is.
const LIVE: [(&str, &str); 3] = [
    ("/v1/live", "native"),
    ("/ws/checkins/", "gym"),
    ("/socket.io/?EIO=4&transport=websocket", "church"),
];

/// The answer to an upgrade and the dialect that gave it: the first whose path is known there.
fn open(url: &Url, upgrade: &[(&str, &str)]) -> (anyhow::Result<Answer>, &'static str) {
    for (path, spoken) in LIVE {
        let answer = http::ask(url, path, upgrade);
        if !answer.as_ref().is_ok_and(|answer| answer.status == 404) {
            return (answer, spoken);
        }
    }
    (Err(anyhow!("no path of any dialect is known there")), "")
}

fn upgraded(answer: &Answer, spoken: &str) -> Result<String, String> {
    match answer.status {
        101 if answer.header("sec-websocket-accept").is_some() => Ok(format!("{spoken} answers")),
        403 => Err("the origin is refused: add it by --allow-origin".into()),
        200 | 400 | 426 => {
            Err("the upgrade got lost: the proxy must pass `Upgrade` and `Connection` on".into())
        }
        status => Err(format!("status {status} instead of 101")),
    }
}

fn cors(answer: &Answer, origin: &str) -> Result<String, String> {
    match answer.header("access-control-allow-origin") {
        Some("*") => Err("`*` is sent, which fails with credentials: a proxy adds it".into()),
        Some(echoed) if echoed == origin => Ok(format!("{origin} may read answers")),
        Some(other) => Err(format!("{other} is allowed instead of {origin}")),
        None => Err(format!("{origin} may not read answers: add it by --allow-origin")),
    }
}

fn who_path(spoken: &str) -> &'static str {
    match spoken {
        "gym" => "/api/auth/me/",
        "church" => "/api/auth/me",
        // Everybody may list their own sign-ins.
        _ => "/v1/sessions",
    }
}

fn accepted(answer: &Answer) -> Result<String, String> {
    match answer.status {
        200 => Ok("is accepted".into()),
        401 => Err("is refused: expired, of another secret, or of another tenant".into()),
        status => Err(format!("could not be tried: status {status}")),
    }
}
