//! `idle`: what a connection costs that is signed in, follows a sheet, and hears nothing.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;

use super::{
    Place,
    crowd::Crowd,
    dialect::{Dialect, Manner},
    machine::{self, Reading},
    measure::Stretch,
    peer::Peer,
    report::{Report, figure},
    subject::Subject,
    world::World,
};

/// Members of a church's room: each who joins is told to all of its room (church 4.3), so that
/// coming to one room would cost the square of their number.
const ROOM_MEMBERS: usize = 10;

/// Memory of connections that are signed in, follow a sheet, and hear nothing.
#[derive(Args, Debug)]
pub(super) struct Idle {
    /// How many connections.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    connections: u32,
    /// How many accounts they belong to; by default each its own.
    #[arg(long)]
    accounts: Option<u32>,
    /// Seconds after which a crowd that has come or gone is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    settle: u64,
    /// How many people are on the roster.
    #[arg(long, default_value_t = 100)]
    people: u32,
    /// What the connections speak. Those of the church join rooms of ten.
    #[arg(long, value_enum, default_value_t = Dialect::Native)]
    dialect: Dialect,
    /// Also measures Socket.IO's own server, which is in this directory, with the same clients.
    #[arg(long, value_name = "DIR")]
    peer: Option<PathBuf>,
}

/// What a crowd that came, stayed and left did to a server.
struct Stay {
    before: Reading,
    gathered: Reading,
    came: Duration,
    idling: Stretch,
    full: Reading,
    after: Reading,
}

impl Idle {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        machine::allow_connections(self.connections as usize)?;
        let accounts = self.accounts.unwrap_or(self.connections) as usize;
        let world = World::new(accounts, self.people as usize);
        let mut report = Report::new();
        {
            let subject = Subject::start(&world, place).await?;
            let (to, manner) = match self.dialect {
                Dialect::Native => (subject.native, Manner::Native { after: None }),
                Dialect::Church => (subject.church, Manner::ChurchRooms { members: ROOM_MEMBERS }),
            };
            let stay = self.stay(to, &world, manner.clone(), || subject.read()).await?;
            self.tell(&mut report, &stay);
            let again = self.stay(to, &world, manner, || subject.read()).await?;
            // Caches and code that a first crowd brought in are there: what grows now leaks.
            let more_kib = figure(again.after.rss_kib) - figure(stay.after.rss_kib);
            let each_kib = more_kib / f64::from(self.connections);
            report.add("more kept after a second crowd", each_kib, "KiB");
        }
        if let Some(directory) = &self.peer {
            let peer = Peer::start(directory, 0.0, 0).await?;
            let manner = Manner::ChurchRooms { members: ROOM_MEMBERS };
            let stay = self.stay(peer.address, &world, manner, || peer.read()).await?;
            let each = self.each_kib(&stay, stay.full);
            report.add("Socket.IO: RSS before", figure(stay.before.rss_kib), "KiB");
            report.add("Socket.IO: RSS with all", figure(stay.full.rss_kib), "KiB");
            report.add("Socket.IO: each connection", each, "KiB");
            report.add("Socket.IO: CPU of a connect and join", self.each_cpu_us(&stay), "µs");
        }
        Ok(report)
    }

    /// Lets a crowd come, stay and leave.
    async fn stay(
        &self,
        to: SocketAddr,
        world: &World,
        manner: Manner,
        read: impl Fn() -> anyhow::Result<Reading>,
    ) -> anyhow::Result<Stay> {
        let settle = Duration::from_secs(self.settle);
        tokio::time::sleep(settle).await;
        let before = read()?;
        let crowd = Crowd::call(to, world, self.connections as usize, manner, None)?;
        let coming = crate::clock::instant();
        crowd.gathered().await?;
        let (came, gathered) = (coming.elapsed(), read()?);
        tokio::time::sleep(settle).await;
        let idling = Stretch::measure(settle, &read, Vec::new).await?;
        let full = read()?;
        crowd.nobody_lost()?;
        drop(crowd);
        tokio::time::sleep(settle).await;
        Ok(Stay { before, gathered, came, idling, full, after: read()? })
    }

    fn tell(&self, report: &mut Report, stay: &Stay) {
        report.add("connections", f64::from(self.connections), "");
        report.add("RSS before", figure(stay.before.rss_kib), "KiB");
        report.add("RSS with all", figure(stay.full.rss_kib), "KiB");
        report.add("RSS after all have left", figure(stay.after.rss_kib), "KiB");
        report.add("each connection", self.each_kib(stay, stay.full), "KiB");
        report.add("kept after it has left", self.each_kib(stay, stay.after), "KiB");
        let came_seconds = stay.came.as_secs_f64();
        report.add("connections a second", f64::from(self.connections) / came_seconds, "/s");
        let what = match self.dialect {
            Dialect::Native => "CPU of a connect, sign-in and snapshot",
            Dialect::Church => "CPU of a connect, sign-in and join",
        };
        report.add(what, self.each_cpu_us(stay), "µs");
        report.add("idle CPU", stay.idling.core_percent(), "% of a core");
    }

    /// Memory of one connection at that time.
    fn each_kib(&self, stay: &Stay, then: Reading) -> f64 {
        figure(then.rss_kib.saturating_sub(stay.before.rss_kib)) / f64::from(self.connections)
    }

    /// CPU of the coming of one connection.
    fn each_cpu_us(&self, stay: &Stay) -> f64 {
        let cpu = stay.gathered.cpu.saturating_sub(stay.before.cpu);
        cpu.as_secs_f64() * 1e6 / f64::from(self.connections)
    }
}
