//! A shard without a thread: its clock is the test's.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::AtomicUsize},
};

use rollcall_core::position::Position;
use rollcall_wire::{
    Dialect,
    conversation::{Framing, Opening},
    gym,
    message::Message,
    native::Native,
};

use super::{ConnectionKey, LEAVING_MS, Shard};
use crate::{
    api::testing::House,
    connection::{Entrance, Flow, Flushed, Place, Sink},
};

/// A transport whose client reads everything.
struct Taken;

impl Sink for Taken {
    fn message(&mut self, _message: Message, _id: Option<Position>) {}

    fn heartbeat(&mut self) {}

    fn close(&mut self, _code: u16, _reason: &str) {}

    fn flush(&mut self) -> Flushed {
        Flushed::Done
    }

    fn waiting_bytes(&self) -> usize {
        0
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(std::future::ready(()))
    }
}

fn native(shard: &mut Shard, token: Option<&str>) -> ConnectionKey {
    let entrance = Arc::new(Entrance {
        index: 0,
        dialect: Dialect::Native,
        tenant: None,
        gym: gym::Endpoint::default(),
        engines: Vec::new(),
        open: AtomicUsize::new(0),
        open_max: 1,
        flow: Flow::new(0, 0),
    });
    let (framing, token) = (Framing::WebSocket, token.map(str::to_owned));
    let opening = Opening { framing, token, rooms: Vec::new(), after: None };
    let opener = Box::new(move || Box::new(Native::new(opening)) as _);
    shard.open(Place::take(&entrance).unwrap(), None, opener, Box::new(Taken))
}

#[tokio::test]
async fn who_leaves_is_waited_for_a_while_if_anything_is_owed() {
    let house = House::open().await;
    let mut shard = Shard::new(0, house.api.control.clone(), Arc::default());
    let key = native(&mut shard, None);
    shard.peer_leaves(key, None);
    assert!(shard.connection(key).is_none(), "nothing is owed");

    // The answer to this token's check never comes: nobody carries it to this shard.
    let key = native(&mut shard, Some("token"));
    shard.peer_leaves(key, Some(1_000));
    for _ in 0..LEAVING_MS / 1_000 {
        assert!(shard.connection(key).is_some_and(|c| c.closing.is_none()));
        shard.now = shard.now.plus_ms(1_000);
        shard.tick();
    }
    // The wheel wakes within a slot.
    shard.now = shard.now.plus_ms(1_000);
    shard.tick();
    assert!(shard.connection(key).is_none(), "the time is over");
}
