//! A raw WebSocket client: the handshake's bytes, masked frames out, counted frames in.

use std::{
    cell::RefCell,
    io,
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
};

use tokio::net::{TcpSocket, TcpStream};

use super::frames::{self, Frame, Frames};

/// Connections from one source address: well below the ports that it has.
const CONNECTIONS_A_SOURCE: usize = 5_000;

/// Opcodes (RFC 6455 section 5.2).
pub(super) const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Engine.IO's own ping and pong, which are texts.
const ENGINE_PING: &[u8] = b"2";
const ENGINE_PONG: &[u8] = b"3";

/// The read buffer that all clients share.
pub(super) type Buffer = Rc<RefCell<Vec<u8>>>;

/// A buffer to share.
pub(super) fn buffer() -> Buffer {
    Rc::new(RefCell::new(vec![0; 64 * 1024]))
}

/// One end of a connection to whoever is measured.
pub(super) struct Client {
    stream: TcpStream,
    frames: Frames,
    buffer: Buffer,
}

impl Client {
    /// Connects as the `number`th client, from one of several source addresses.
    pub(super) async fn raw(to: SocketAddr, number: usize, buffer: Buffer) -> io::Result<Self> {
        let source = u8::try_from(number / CONNECTIONS_A_SOURCE % 200).unwrap_or(0) + 1;
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::new(127, 0, 0, source), 0).into())?;
        let stream = socket.connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, frames: Frames::new(), buffer })
    }

    /// Connects, writes `opening` and becomes a WebSocket.
    pub(super) async fn open(
        to: SocketAddr,
        number: usize,
        buffer: Buffer,
        opening: &[u8],
    ) -> io::Result<Self> {
        let client = Self::raw(to, number, buffer).await?;
        client.write(opening).await?;
        client.skip_head().await?;
        Ok(client)
    }

    /// Reads the handshake's answer byte by byte, so that no frame is taken with it.
    async fn skip_head(&self) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match self.stream.try_read(&mut byte) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => head.push(byte[0]),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.stream.readable().await?,
                Err(error) => return Err(error),
            }
        }
        if head.starts_with(b"HTTP/1.1 101 ") {
            return Ok(());
        }
        let answer = String::from_utf8_lossy(&head);
        Err(io::Error::other(answer.lines().next().unwrap_or_default().to_owned()))
    }

    /// Says a text.
    pub(super) async fn say(&self, text: &str) -> io::Result<()> {
        self.write(&frames::masked(TEXT, text.as_bytes())).await
    }

    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits for the next bytes and calls `each` for every text that ends in them. Pings are
    /// answered. An error if the peer ends the connection.
    pub(super) async fn read(&mut self, mut each: impl FnMut(&Frame<'_>)) -> io::Result<()> {
        self.stream.readable().await?;
        let (mut pong, mut closed) = (None, false);
        {
            let mut buffer = self.buffer.borrow_mut();
            let count = match self.stream.try_read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            self.frames.feed(&buffer[..count], |frame| match frame.opcode {
                TEXT if frame.start == ENGINE_PING => pong = Some((TEXT, ENGINE_PONG)),
                TEXT => each(frame),
                PING => pong = Some((PONG, b"")),
                CLOSE => closed = true,
                _ => {}
            });
        }
        if closed {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if let Some((opcode, payload)) = pong {
            self.write(&frames::masked(opcode, payload)).await?;
        }
        Ok(())
    }
}
