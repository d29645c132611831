//! Drives the decoders and a client from arbitrary bytes: what the fuzz target and the property
//! test share.

use std::sync::Arc;

use super::{Client, Packet, PacketWriter, Settings, Step, decode};

/// Plays `script`, split at newlines, against a client: a line that starts with `!` is a binary
/// message, any other that is UTF-8 a text. Every whole event is written again and must read the
/// same.
///
/// # Panics
/// An invariant is broken; that is the point of the function.
pub fn drive(script: &[u8]) {
    let settings = Settings { namespaces: vec!["/".into(), "/a".into()], ..Settings::default() };
    let mut client = Client::new(Arc::new(settings), 0);
    for line in script.split(|&byte| byte == b'\n') {
        let step = match (line, str::from_utf8(line)) {
            ([b'!', bytes @ ..], _) => client.binary(bytes),
            (_, Ok(text)) => client.text(text),
            (_, Err(_)) => return,
        };
        match step {
            Ok(Step::Connect { namespace, .. }) => assert!(client.connected(namespace)),
            Ok(Step::Event(event)) => assert!(client.is_connected(event.namespace)),
            Ok(Step::Disconnected(namespace)) => assert!(!client.is_connected(namespace)),
            Ok(Step::Assembled(assembled)) => {
                let announced = assembled.packet().map(|packet| packet.attachments());
                assert_eq!(announced, Ok(assembled.attachments.len()));
            }
            Ok(Step::Nothing | Step::InvalidNamespace(_) | Step::Ack(_)) => {}
            Err(_) => return,
        }
        if let Ok(text) = str::from_utf8(line) {
            reads_the_same_again(text);
        }
    }
}

fn reads_the_same_again(text: &str) {
    let Ok(Packet::Event(event)) = decode(text) else { return };
    let (Some(name), 0) = (event.name, event.attachments) else { return };
    let mut written = String::new();
    let start = PacketWriter::event(&mut written, event.namespace, event.ack, &name);
    event.args.iter().fold(start, |writer, arg| writer.raw(arg.get())).finish();
    let Ok(Packet::Event(again)) = decode(&written) else { unreachable!("{written} was legal") };
    assert_eq!((again.namespace, again.ack), (event.namespace, event.ack));
    assert_eq!(again.name.as_deref(), Some(&*name));
    let texts = |args: &[&serde_json::value::RawValue]| -> Vec<String> {
        args.iter().map(|arg| arg.get().to_owned()).collect()
    };
    assert_eq!(texts(&again.args), texts(&event.args));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_oneof, proptest};
    use proptest::strategy::Strategy;

    const LINES: [&str; 16] = [
        "0",
        "0{}",
        "0/a,{\"t\":1}",
        "0/b",
        "1",
        "1/a",
        "2[\"e\",1,{\"a\":[]}]",
        "2/a,12[\"\\u00e9\"]",
        "2[17]",
        "2",
        "37[]",
        "51-[\"e\",{\"_placeholder\":true,\"num\":0}]",
        "61-3[]",
        "!abc",
        "4{}",
        "2[\"e\"",
    ];

    fn line() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            8 => proptest::sample::select(&LINES).prop_map(|line| line.as_bytes().to_vec()),
            1 => "[0-6][0-9]{0,3}-?(/[a-c]?,)?[0-9]{0,3}\\PC{0,20}".prop_map(String::into_bytes),
            1 => any::<Vec<u8>>(),
        ]
    }

    proptest! {
        #[test]
        fn garbage_never_panics(script: Vec<u8>) {
            super::drive(&script);
        }

        #[test]
        fn likely_lines_keep_the_invariants(
            lines in proptest::collection::vec(line(), 0..30),
        ) {
            super::drive(&lines.join(&b'\n'));
        }
    }
}
