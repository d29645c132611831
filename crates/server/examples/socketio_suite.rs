//! The small application that the public Engine.IO and Socket.IO protocol suites expect, on the
//! same framings and shards as the product: `cargo run --example socketio_suite`. It listens on
//! port 3000, or on `PORT`.

use std::{collections::VecDeque, net::UdpSocket, sync::Arc};

use rollcall::{
    app, clock,
    config::{Config, Listener, Secret, StoreUrl},
    connection::Engine,
};
use rollcall_core::{
    rejection::{Fault, Refusal, Rejection},
    time::Timestamp,
};
use rollcall_store::MemoryStore;
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{
        Conversation, Effect, Followed, Identity, Moment, Note, Outbox, SignInRefusal, Ticket,
    },
    engineio::{self, MESSAGE_PREFIX},
    message::Message,
    socketio::{self, Client, Packet, PacketWriter, Step},
};

/// How long a namespace's credentials wait behind its CONNECT: the suites' client misses a message
/// that comes in one read with another.
const APART_MS: i64 = 10;

/// The close code of a client that misspoke.
const MISSPOKE: u16 = 1002;

fn main() -> anyhow::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "an example has no configuration")]
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".into());
    // The suites ask for `localhost`, which may be either family: one socket takes both if it can.
    let host = if UdpSocket::bind("[::]:0").is_ok() { "[::]" } else { "0.0.0.0" };
    let listener: Listener = format!("church={host}:{port}").parse().map_err(anyhow::Error::msg)?;
    let config = Config {
        store: Some(StoreUrl::Memory),
        listen: vec![listener],
        // Nobody signs in here; every start has a secret of its own.
        jwt_secret: Some(Secret::new(format!("{}{}", clock::fresh_id(), clock::fresh_id()))),
        drain_seconds: 0,
        ..Config::default()
    };
    app::start_with(config, Arc::new(MemoryStore::new()), |_, _| Ok(engines()))?.until_stopped()
}

fn engines() -> Vec<Engine> {
    let settings = Arc::new(engineio::Settings {
        ping_interval_ms: 300,
        ping_timeout_ms: 200,
        payload_bytes_max: 1_000_000,
        ..engineio::Settings::default()
    });
    let namespaces = Arc::new(socketio::Settings {
        namespaces: vec!["/".into(), "/custom".into()],
        connect_timeout_ms: 1_000,
        ..socketio::Settings::default()
    });
    let suite = move |_| -> Box<dyn Conversation> {
        Box::new(Suite::new(Client::new(namespaces.clone(), clock_ms(clock::now()))))
    };
    vec![
        Engine {
            path: "/engine.io/",
            settings: settings.clone(),
            begin: Arc::new(|_| Box::new(Echo)),
        },
        Engine { path: "/socket.io/", settings, begin: Arc::new(suite) },
    ]
}

fn clock_ms(now: Timestamp) -> u64 {
    u64::try_from(now.millis()).unwrap_or_default()
}

/// A message with the Engine.IO prefix in front.
fn message(write: impl FnOnce(&mut String)) -> Message {
    let mut text = String::from(MESSAGE_PREFIX);
    write(&mut text);
    Message::new(&text)
}

/// Neither application signs anybody in or follows anything, so none of the answers to that come.
macro_rules! nothing_is_asked_for {
    () => {
        fn opened(&mut self, _: &Moment, _: &mut Outbox) {}

        fn signed_in(
            &mut self,
            _: Result<Arc<Identity>, SignInRefusal>,
            _: &Moment,
            _: &mut Outbox,
        ) {
        }

        fn answered(
            &mut self,
            _: Ticket,
            _: &Result<rollcall_core::decide::Answer, Refusal>,
            _: &Moment,
            _: &mut Outbox,
        ) {
        }

        fn looked(
            &mut self,
            _: Ticket,
            _: Result<Result<Message, Rejection>, Fault>,
            _: &Moment,
            _: &mut Outbox,
        ) {
        }

        fn followed(&mut self, _: Ticket, _: Followed, _: &Moment, _: &mut Outbox) {}

        fn event(&mut self, _: &Arc<Broadcast>, _: &Moment, _: &mut Outbox) {}

        fn note(&mut self, note: &Note, _: &Moment, out: &mut Outbox) {
            if matches!(note, Note::Draining) {
                out.close(1_001, "stopping");
            }
        }
    };
}

/// Engine.IO: says everything back.
struct Echo;

impl Conversation for Echo {
    fn text(&mut self, text: &str, _: &Moment, out: &mut Outbox) {
        out.send(message(|echo| echo.push_str(text)));
    }

    fn binary(&mut self, bytes: &[u8], _: &Moment, out: &mut Outbox) {
        out.push(Effect::Binary(bytes.to_vec().into()));
    }

    nothing_is_asked_for!();
}

/// Socket.IO: two namespaces that tell their client its credentials and say messages back.
struct Suite {
    client: Client,
    /// Credentials to be told, and when.
    later: VecDeque<(Timestamp, Message)>,
}

impl Suite {
    fn new(client: Client) -> Self {
        Self { client, later: VecDeque::new() }
    }

    fn connect(&mut self, namespace: &str, auth: Option<&str>, at: &Moment, out: &mut Outbox) {
        self.client.connected(namespace);
        let ids = format!(r#"{{"sid":"{}"}}"#, clock::fresh_id());
        out.send(message(|text| socketio::connect(text, namespace, &ids)));
        let auth = auth.unwrap_or("{}");
        let told = message(|text| {
            PacketWriter::event(text, namespace, None, "auth").raw(auth).finish();
        });
        self.later.push_back((at.now.plus_ms(APART_MS), told));
    }
}

/// Answers a packet, its attachments after it.
fn answer(packet: &Packet<'_>, attachments: &[bytes::Bytes], out: &mut Outbox) {
    let Packet::Event(event) = packet else { return };
    let (namespace, count) = (event.namespace, attachments.len());
    let mut text = String::from(MESSAGE_PREFIX);
    let start = match (event.name.as_deref(), event.ack) {
        (Some("message"), _) if count > 0 => {
            PacketWriter::binary_event(&mut text, count, namespace, None, "message-back")
        }
        (Some("message"), _) => PacketWriter::event(&mut text, namespace, None, "message-back"),
        (Some("message-with-ack"), Some(id)) if count > 0 => {
            PacketWriter::binary_ack(&mut text, count, namespace, id)
        }
        (Some("message-with-ack"), Some(id)) => PacketWriter::ack(&mut text, namespace, id),
        _ => return,
    };
    event.args.iter().fold(start, |writer, arg| writer.raw(arg.get())).finish();
    out.send(Message::new(&text));
    for bytes in attachments {
        out.push(Effect::Binary(bytes.clone()));
    }
}

impl Conversation for Suite {
    fn text(&mut self, text: &str, at: &Moment, out: &mut Outbox) {
        match self.client.text(text) {
            Ok(Step::Connect { namespace, auth }) => {
                self.connect(namespace, auth.map(|auth| auth.get()), at, out);
            }
            Ok(Step::InvalidNamespace(namespace)) => {
                out.send(message(|text| socketio::invalid_namespace(text, namespace)));
            }
            Ok(Step::Event(event)) => answer(&Packet::Event(event), &[], out),
            Ok(_) => {}
            Err(violation) => out.close(MISSPOKE, violation.to_string()),
        }
    }

    fn binary(&mut self, bytes: &[u8], _: &Moment, out: &mut Outbox) {
        match self.client.binary(bytes) {
            Ok(Step::Assembled(assembled)) => {
                if let Ok(packet) = assembled.packet() {
                    answer(&packet, &assembled.attachments, out);
                }
            }
            Ok(_) => {}
            Err(violation) => out.close(MISSPOKE, violation.to_string()),
        }
    }

    fn wake_at(&self) -> Option<Timestamp> {
        let by_ms = self.client.connect_by_ms().and_then(|ms| i64::try_from(ms).ok());
        let told_at = self.later.front().map(|(due, _)| *due);
        by_ms.map(Timestamp::from_millis).into_iter().chain(told_at).min()
    }

    fn woken(&mut self, at: &Moment, out: &mut Outbox) {
        while let Some((_, told)) = self.later.pop_front_if(|(due, _)| *due <= at.now) {
            out.send(told);
        }
        if self.client.connect_by_ms().is_some_and(|by_ms| by_ms <= clock_ms(at.now)) {
            out.close(MISSPOKE, "no CONNECT in time");
        }
    }

    nothing_is_asked_for!();
}
