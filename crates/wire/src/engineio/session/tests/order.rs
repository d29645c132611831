//! Property: whatever the interleaving, all that was sent arrives once and in order.

use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Attach, ID, Packet, Session, settings};
use crate::engineio::session::Action;
use crate::engineio::{Payload, Settings};

#[derive(Clone, Copy, Debug)]
enum Move {
    Get,
    Reply,
    Offer,
    Attach,
    Probe,
    Finish,
    Lose,
    Flush,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => Just(Move::Get),
        4 => Just(Move::Reply),
        4 => Just(Move::Offer),
        2 => Just(Move::Attach),
        2 => Just(Move::Probe),
        1 => Just(Move::Finish),
        1 => Just(Move::Lose),
        4 => Just(Move::Flush),
    ];
    proptest::collection::vec(one, 0..60)
}

/// A polite client and an owner that numbers what it sends.
struct Pair {
    session: Session,
    linked: bool,
    probed: bool,
    held: bool,
    sent: Vec<Packet>,
    arrived: Vec<Packet>,
}

impl Pair {
    fn play(&mut self, step: Move) {
        let mut out = Vec::new();
        let polls = !self.session.is_websocket();
        let next = Packet::message(format!("4{}", self.sent.len()));
        match step {
            Move::Get if polls && !self.held => {
                self.held = self.session.get(0, &mut out).is_ok();
            }
            Move::Reply => {
                self.sent.push(next.clone());
                self.session.send(next, &mut out);
            }
            Move::Offer if self.session.offer(&next) => self.sent.push(next),
            Move::Attach if polls && !self.linked => {
                self.linked = self.session.attach_websocket(0) == Attach::Probing;
            }
            Move::Probe if polls && self.linked && !self.probed => {
                self.probed = true;
                self.session.websocket_text("2probe", 0, &mut out);
            }
            Move::Finish if polls && self.probed && !self.held => {
                self.session.websocket_text("5", 0, &mut out);
            }
            Move::Lose if polls && self.linked => {
                (self.linked, self.probed) = (false, false);
                self.session.websocket_closed(&mut out);
            }
            Move::Flush => self.session.flush(&mut out),
            _ => {}
        }
        out.into_iter().for_each(|action| self.take(action));
    }

    fn take(&mut self, action: Action<'_>) {
        match action {
            Action::AnswerPoll(payload) => {
                self.held = false;
                self.arrived.extend_from_slice(payload.packets());
            }
            Action::Frame(packet) => self.arrived.push(packet),
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_or_reordered_across_an_upgrade(moves in moves()) {
        let settings = Settings {
            queue_packets_max: 100,
            queue_bytes_max: 1_000,
            payload_bytes_max: 8,
            ..settings()
        };
        let session = Session::open_polling(&ID, settings.into(), 0, &mut Vec::new());
        let mut pair = Pair {
            session,
            linked: false,
            probed: false,
            held: false,
            sent: Vec::new(),
            arrived: Vec::new(),
        };
        moves.into_iter().for_each(|step| pair.play(step));
        for _ in 0..100 {
            pair.play(Move::Get);
            pair.play(Move::Flush);
        }
        prop_assert!(!pair.session.is_closed());
        let words = [Packet::PROBED, Packet::NOOP];
        pair.arrived.retain(|packet| !words.contains(packet));
        prop_assert_eq!(Payload::new(pair.arrived), Payload::new(pair.sent));
    }
}
