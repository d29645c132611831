//! A plain HTTP/1.1 client for commands that look at a server from outside.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use anyhow::{Context, bail};

/// Seconds within which a server must answer (gym G8.1).
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of one line of an answer's head or of a chunk's length.
const LINE_BYTES_MAX: u64 = 16 * 1024;

/// An address of the form `http://HOST[:PORT][/PATH]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub host: String,
    pub port: u16,
    /// Without a slash at its end; empty for the root.
    pub path: String,
}

impl std::str::FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{text:?} {why}"));
        let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("ws://")) else {
            return match text.split_once("://") {
                Some(("https" | "wss", _)) => wrong(
                    "is encrypted, which this command does not speak: run it on the server \
                     against the listener itself, such as http://127.0.0.1:8080",
                ),
                _ => wrong("is no address: write http://HOST:PORT"),
            };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => match port.parse() {
                Ok(port) => (host, port),
                Err(_) => return wrong("has no port that can be"),
            },
            _ => (authority, 80),
        };
        if host.is_empty() || rest.contains(char::is_whitespace) {
            return wrong("names no host");
        }
        let path = path.trim_end_matches('/').to_owned();
        Ok(Self { host: host.to_owned(), port, path })
    }
}

impl Url {
    /// What stands in `Host`.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// An answer whose body is still to be read.
pub(super) struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
    chunked: bool,
    /// Bytes left of the current chunk.
    left: u64,
}

/// Asks for a path below the address. A `Host` among the headers stands in for the address's own.
pub(super) fn ask(url: &Url, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
    let authority = url.authority();
    let bare = url.host.trim_start_matches('[').trim_end_matches(']');
    let address = (bare, url.port).to_socket_addrs()?.next();
    let address = address.with_context(|| format!("{authority} has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("cannot reach {authority}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = format!("GET {}{path} HTTP/1.1\r\n", url.path);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: {authority}\r\n"));
    }
    for (name, value) in headers {
        if value.contains(['\r', '\n']) {
            bail!("{name} holds a line break");
        }
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    Answer::read(stream)
}

impl Answer {
    fn read(stream: TcpStream) -> anyhow::Result<Self> {
        let mut body = BufReader::new(stream);
        let first = line_of(&mut body)?.context("the server closed without an answer")?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("not HTTP: {first:?}"))?;
        let mut headers = Vec::new();
        while let Some(line) = line_of(&mut body)?.filter(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        let mut answer = Self { status, headers, body, chunked: false, left: 0 };
        answer.chunked =
            answer.header("transfer-encoding").is_some_and(|te| te.contains("chunked"));
        Ok(answer)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// How long the server may be silent from now on.
    pub fn set_patience(&self, patience: Duration) -> std::io::Result<()> {
        self.body.get_ref().set_read_timeout(Some(patience))
    }
}

/// The body as it was before it was cut into chunks (RFC 9112, 7.1).
impl Read for Answer {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if !self.chunked {
            return self.body.read(into);
        }
        if self.left == 0 {
            let mut line = line_of(&mut self.body)?.unwrap_or_default();
            if line.is_empty() {
                // The end of the chunk before.
                line = line_of(&mut self.body)?.unwrap_or_default();
            }
            let length = line.split(';').next().unwrap_or_default().trim();
            self.left = u64::from_str_radix(length, 16).unwrap_or(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.body.read(&mut into[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

fn line_of(from: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = from.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
    let text = line.trim_end_matches(['\r', '\n']).to_owned();
    Ok((read > 0).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (text, expected) in [
            ("http://localhost:8080", ("localhost", 8080, "")),
            ("http://desk.example/", ("desk.example", 80, "")),
            ("ws://desk.example/a/b/", ("desk.example", 80, "/a/b")),
            ("http://[::1]:8080", ("[::1]", 8080, "")),
            ("http://[::1]", ("[::1]", 80, "")),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((&*url.host, url.port, &*url.path), expected, "{text}");
        }
        for bad in
            ["", "localhost:8080", "https://x", "http://", "http://:80", "http://a:b", "http://a b"]
        {
            assert!(bad.parse::<Url>().is_err(), "{bad}");
        }
    }

    /// Answers one request with these bytes, a few at a time, and closes.
    fn server(answer: &'static str) -> Url {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).unwrap();
            answer.as_bytes().chunks(7).for_each(|part| stream.write_all(part).unwrap());
        });
        Url { host: "127.0.0.1".into(), port, path: String::new() }
    }

    #[test]
    fn a_body_is_read_in_chunks_or_to_its_end() {
        for answer in [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nabcdefg",
        ] {
            let mut answer = ask(&server(answer), "/", &[]).unwrap();
            let mut text = String::new();
            answer.read_to_string(&mut text).unwrap();
            assert_eq!((answer.status, text.as_str()), (200, "abcdefg"));
        }
    }
}
