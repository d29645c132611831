//! A bare TCP client, for HTTP by hand and for everything that no client should send.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
};

use super::PATIENCE;

/// One client.
pub struct Raw {
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// The head of an HTTP answer.
pub struct Head {
    pub status: u16,
    text: String,
}

impl Head {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.text.lines().skip(1).filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Raw {
    pub fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// A WebSocket whose handshake is done; frames are the test's own.
    pub fn upgraded(address: SocketAddr, path: &str) -> Self {
        let mut raw = Self::connect(address);
        raw.write(
            format!(
                "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(raw.head().status, 101);
        raw
    }

    pub fn get(address: SocketAddr, target: &str, token: &str) -> Self {
        let mut raw = Self::connect(address);
        raw.write(
            format!("GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
                .as_bytes(),
        );
        raw
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Writes as much as the other side takes.
    pub fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    pub fn half_close(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Everything until the other side ends; `None`: it did not end in time.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        let mut rest = std::mem::take(&mut self.read);
        match self.stream.read_to_end(&mut rest) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => None,
            // A reset is an end too.
            _ => Some(rest),
        }
    }

    /// The code of the close frame that comes next, after whatever comes before it.
    pub fn close_code(&mut self) -> u16 {
        loop {
            let header = self.take(2);
            let length = match header[1] {
                126 => usize::from(u16::from_be_bytes(self.take(2).try_into().unwrap())),
                127 => {
                    usize::try_from(u64::from_be_bytes(self.take(8).try_into().unwrap())).unwrap()
                }
                short => usize::from(short),
            };
            let payload = self.take(length);
            if header[0] == 0x88 {
                return u16::from_be_bytes(payload[..2].try_into().unwrap());
            }
        }
    }

    fn fill(&mut self) {
        let mut chunk = [0; 16 * 1024];
        let count = self.stream.read(&mut chunk).expect("more should have come");
        assert_ne!(count, 0, "ended after {:?}", String::from_utf8_lossy(&self.read));
        self.read.extend_from_slice(&chunk[..count]);
    }

    /// Exactly so many bytes.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        while self.read.len() < count {
            self.fill();
        }
        self.read.drain(..count).collect()
    }

    /// Everything up to and including an end mark.
    pub fn until(&mut self, mark: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.read.windows(mark.len()).position(|window| window == mark) {
                return self.take(at + mark.len());
            }
            self.fill();
        }
    }

    pub fn head(&mut self) -> Head {
        let text = String::from_utf8(self.until(b"\r\n\r\n")).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        Head { status, text }
    }

    /// The next chunk of a chunked body; empty: it is over.
    pub fn chunk(&mut self) -> Vec<u8> {
        let length = self.until(b"\r\n");
        let length = std::str::from_utf8(&length).unwrap().trim().to_owned();
        let chunk = self.take(usize::from_str_radix(&length, 16).unwrap());
        self.take(2);
        chunk
    }
}
