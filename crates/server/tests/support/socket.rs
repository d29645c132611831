//! A WebSocket client that reads JSON.

use std::{
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, client::IntoClientRequest};

use super::PATIENCE;

/// One client.
pub struct Socket(pub WebSocket<TcpStream>);

impl Socket {
    /// Connects and shakes hands.
    pub fn open(address: SocketAddr, path: &str) -> Result<Self, Box<tungstenite::Error>> {
        let stream = TcpStream::connect(address).map_err(|error| Box::new(error.into()))?;
        Self::over(stream, address, path)
    }

    /// Shakes hands over a stream that is there.
    pub fn over(
        stream: TcpStream,
        address: SocketAddr,
        path: &str,
    ) -> Result<Self, Box<tungstenite::Error>> {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let request = format!("ws://{address}{path}").into_client_request().unwrap();
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::HandshakeError::Failure(error)) => Err(Box::new(error)),
            Err(error) => panic!("{error}"),
        }
    }

    pub fn send(&mut self, value: &Value) {
        self.text(&value.to_string());
    }

    pub fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).unwrap();
    }

    /// Puts a native command.
    pub fn command(&mut self, id: &str, command: Value) {
        self.send(&json!({"type": "command", "data": {"id": id, "command": command}}));
    }

    /// The next JSON message, unless the connection ends first.
    pub fn try_next(&mut self) -> Result<Value, Box<tungstenite::Error>> {
        loop {
            match self.0.read()? {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return Err(Box::new(tungstenite::Error::ConnectionClosed)),
                _ => {}
            }
        }
    }

    /// The next JSON message.
    pub fn next(&mut self) -> Value {
        loop {
            match self.0.read().expect("a message should have come") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message of a type; others are passed over.
    pub fn expect(&mut self, kind: &str) -> Value {
        self.next_of(&[kind])
    }

    /// The next message of one of these types; others are passed over.
    pub fn next_of(&mut self, kinds: &[&str]) -> Value {
        loop {
            let message = self.next();
            if kinds.iter().any(|kind| message["type"] == *kind) {
                return message;
            }
        }
    }

    /// Everything that comes within a while.
    pub fn within(&mut self, wait: Duration) -> Vec<Value> {
        let until = Instant::now() + wait;
        let mut seen = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.0.get_ref().set_read_timeout(Some(left)).unwrap();
            match self.0.read() {
                Ok(Message::Text(text)) => seen.push(serde_json::from_str(&text).unwrap()),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.0.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        seen
    }

    /// Reads on until the server closes; the code.
    pub fn closed(&mut self) -> u16 {
        self.ending().1
    }

    /// Reads on until the server closes: what came, and the code.
    pub fn ending(&mut self) -> (Vec<Value>, u16) {
        let mut seen = Vec::new();
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => seen.push(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(Some(frame))) => return (seen, frame.code.into()),
                Ok(Message::Close(None)) => return (seen, 1005),
                Ok(_) => {}
                Err(error) => panic!("no close frame: {error}, after {seen:?}"),
            }
        }
    }
}
