//! A shard's thread: its runtime, its listeners, its inbox and its clock.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    thread,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::TcpListener,
    runtime::{Builder, LocalOptions},
    sync::{mpsc, watch},
};

use super::{Inbound, Local, Shard, hub::sleep_until};
use crate::{
    clock,
    connection::Entrance,
    control::Control,
    transport::door::{self, Door},
};

/// Inbound messages taken in one turn: bounds the turn, not the throughput.
const INBOUND_A_TURN: usize = 256;

/// Connections that may wait to be accepted: a whole site returns in one second (gym G6.5).
const BACKLOG: i32 = 4_096;

/// The running shards.
pub struct Shards {
    threads: Vec<thread::JoinHandle<()>>,
    /// Set when no new connection may be taken.
    closed: watch::Sender<bool>,
}

impl Shards {
    /// Takes no new connections from now on.
    pub fn close_doors(&self) {
        self.closed.send_replace(true);
    }

    /// Waits for every shard's thread.
    pub fn join(self) {
        for thread in self.threads {
            // A shard that panicked has said so; the others are still to be waited for.
            let _ = thread.join();
        }
    }
}

/// An address that every shard listens on, each with a socket of its own. Port 0 means any.
///
/// # Errors
/// The address cannot be had, for example because another program listens there.
pub fn listen(address: SocketAddr, shards: u16) -> io::Result<Vec<StdListener>> {
    let mut listeners: Vec<StdListener> = Vec::new();
    for _ in 0..shards.max(1) {
        // The first socket chooses the port and must have it alone, or a second program would get
        // half of our clients; the others join it.
        let address = listeners.first().map_or(Ok(address), StdListener::local_addr)?;
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(!listeners.is_empty())?;
        socket.bind(&address.into())?;
        socket.set_reuse_port(true)?;
        socket.listen(BACKLOG)?;
        listeners.push(socket.into());
    }
    Ok(listeners)
}

/// Starts a thread per inbox. `listeners[n]` are the sockets of shard `n`, by entrance.
///
/// # Errors
/// The system has no thread to give.
pub fn start(
    control: &Control,
    door: &Arc<Door>,
    inboxes: Vec<mpsc::Receiver<Inbound>>,
    listeners: Vec<Vec<(Arc<Entrance>, StdListener)>>,
) -> io::Result<Shards> {
    let (closed, doors) = watch::channel(false);
    let mut threads = Vec::new();
    for ((number, inbox), listeners) in (0u16..).zip(inboxes).zip(listeners) {
        let (control, door, doors) = (control.clone(), door.clone(), doors.clone());
        let builder = thread::Builder::new().name(format!("rollcall-shard-{number}"));
        threads.push(builder.spawn(move || {
            if let Err(error) = live(number, control, door, inbox, listeners, doors) {
                tracing::error!(number, %error, "shard could not start");
            }
        })?);
    }
    Ok(Shards { threads, closed })
}

fn live(
    number: u16,
    control: Control,
    door: Arc<Door>,
    inbox: mpsc::Receiver<Inbound>,
    listeners: Vec<(Arc<Entrance>, StdListener)>,
    doors: watch::Receiver<bool>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    let gauge = control.hub.gauges().nth(usize::from(number)).cloned().unwrap_or_default();
    let local = Local::new(Shard::new(number, control, gauge));
    runtime.block_on(async move {
        tokio::task::spawn_local(local.clone().end_turns());
        for (entrance, listener) in listeners {
            let listener = TcpListener::from_std(listener)?;
            let (local, door, doors) = (local.clone(), door.clone(), doors.clone());
            tokio::task::spawn_local(accept(listener, entrance, door, local, doors));
        }
        obey(local, inbox).await;
        Ok(())
    })
}

/// Takes connections until the doors close.
async fn accept(
    listener: TcpListener,
    entrance: Arc<Entrance>,
    door: Arc<Door>,
    local: Local,
    mut doors: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = doors.wait_for(|closed| *closed) => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let visitor = door::Visitor { stream, peer, entrance: entrance.clone() };
                tokio::task::spawn_local(door::answer(visitor, door.clone(), local.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: let some go before trying again.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

/// Does what the shard is told until nobody can tell it anything more.
async fn obey(local: Local, mut inbox: mpsc::Receiver<Inbound>) {
    let mut taken = Vec::new();
    loop {
        let next = local.shard.borrow().next_due();
        local.shard.borrow_mut().sleeps_until = next;
        let wait = sleep_until(next, clock::now());
        tokio::select! {
            count = inbox.recv_many(&mut taken, INBOUND_A_TURN) => {
                if count == 0 {
                    return;
                }
                local.with(|shard| {
                    for inbound in taken.drain(..) {
                        local.handle(shard, inbound);
                    }
                });
            }
            () = tokio::time::sleep(wait) => {}
            () = local.alarm.notified() => {}
        }
        local.with(Shard::tick);
        if local.shard.borrow().is_over() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shared_by_our_shards_and_by_nobody_else() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let ours = listen(any, 3).unwrap();
        let address = ours[0].local_addr().unwrap();
        assert!(ours.iter().all(|socket| socket.local_addr().unwrap() == address));
        let error = listen(address, 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(ours);
        listen(address, 2).unwrap();
    }
}
