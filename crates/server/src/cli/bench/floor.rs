//! The peer of `fanout`: what the same bytes cost in a bare send loop, the kernel's own price.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use clap::Args;

use crate::clock;

/// The bare send loop that `fanout` is compared with.
#[derive(Args, Debug)]
pub(super) struct Floor {
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
    /// How many sockets it waits for.
    #[arg(long)]
    members: usize,
    /// Bytes of a frame.
    #[arg(long)]
    bytes: usize,
    /// Frames a second to each; 0: as fast as it can.
    #[arg(long)]
    rate: f64,
    /// Seconds after which it ends by itself.
    #[arg(long)]
    seconds: u64,
}

impl Floor {
    /// Takes the sockets, then writes the frame to each of them, round after round.
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let listener = TcpListener::bind(self.listen)?;
        // The first is only a look whether anybody listens.
        drop(listener.accept()?);
        let mut members: Vec<TcpStream> = Vec::with_capacity(self.members);
        for member in listener.incoming().take(self.members) {
            let member = member?;
            member.set_nodelay(true)?;
            members.push(member);
        }
        let frame = frame(self.bytes);
        let end = clock::instant() + Duration::from_secs(self.seconds);
        let period = (self.rate > 0.0).then(|| Duration::from_secs_f64(1.0 / self.rate));
        let mut next = clock::instant();
        while clock::instant() < end {
            for mut member in &members {
                if member.write_all(&frame).is_err() {
                    return Ok(());
                }
            }
            if let Some(period) = period {
                next += period;
                let wait = next.saturating_duration_since(clock::instant());
                #[expect(clippy::disallowed_methods, reason = "nothing else is on this thread")]
                std::thread::sleep(wait);
            }
        }
        Ok(())
    }
}

/// An event's frame of that length in all.
fn frame(bytes: usize) -> Vec<u8> {
    let payload = bytes.saturating_sub(4).clamp(126, usize::from(u16::MAX));
    let [high, low] = u16::try_from(payload).unwrap_or(u16::MAX).to_be_bytes();
    let mut frame = vec![0x81, 126, high, low];
    frame.extend_from_slice(br#"{"type":"event""#);
    frame.resize(4 + payload, b' ');
    frame
}
