//! `idle`: what a connection costs that is signed in, follows a sheet, and hears nothing.

use std::time::Duration;

use clap::Args;

use super::{
    Place,
    crowd::Crowd,
    machine,
    measure::Stretch,
    report::{Report, figure},
    subject::Subject,
    world::World,
};

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
}

impl Idle {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        let connections = self.connections as usize;
        machine::allow_connections(connections)?;
        let accounts = self.accounts.unwrap_or(self.connections) as usize;
        let world = World::new(accounts, self.people as usize);
        let subject = Subject::start(&world, place).await?;
        let settle = Duration::from_secs(self.settle);
        tokio::time::sleep(settle).await;
        let mut report = Report::new();
        let before = subject.read()?;
        let crowd = Crowd::call(subject.address, &world, connections, None)?;
        let coming = crate::clock::instant();
        crowd.gathered().await?;
        let (came, gathered) = (coming.elapsed(), subject.read()?);
        tokio::time::sleep(settle).await;
        let idling = Stretch::measure(settle, || subject.read(), Vec::new).await?;
        let full = subject.read()?;
        crowd.nobody_lost()?;
        drop(crowd);
        tokio::time::sleep(settle).await;
        let after = subject.read()?;
        let each = |kib: u64| {
            figure(kib.saturating_sub(before.rss_kib)) / figure(u64::from(self.connections))
        };
        report.add("connections", f64::from(self.connections), "");
        report.add("RSS before", figure(before.rss_kib), "KiB");
        report.add("RSS with all", figure(full.rss_kib), "KiB");
        report.add("RSS after all have left", figure(after.rss_kib), "KiB");
        report.add("each connection", each(full.rss_kib), "KiB");
        report.add("kept after it has left", each(after.rss_kib), "KiB");
        let cpu = gathered.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e6;
        report.add("connections a second", f64::from(self.connections) / came.as_secs_f64(), "/s");
        report.add(
            "CPU of a connect, sign-in and snapshot",
            cpu / f64::from(self.connections),
            "µs",
        );
        report.add("idle CPU", idling.core_percent(), "% of a core");
        Ok(report)
    }
}
