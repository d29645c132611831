//! `recover`: a crowd is cut off, misses events, and comes back at once, each with its position.

use std::rc::Rc;

use anyhow::Context;
use clap::Args;

use super::{
    Place, client,
    crowd::Crowd,
    dialect::Manner,
    machine,
    report::{Report, figure},
    subject::Subject,
    tap::{Done, Hand, Pace},
    world::World,
};
use crate::clock;

/// Taps under way while the crowd is away.
const TAPS: usize = 48;

/// Time until everybody who was cut off has what was missed.
#[derive(Args, Debug)]
pub(super) struct Recover {
    /// How many are cut off.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    members: u32,
    /// How many events they miss.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=9_000))]
    gap: u64,
}

impl Recover {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        let members = self.members as usize;
        machine::allow_connections(members)?;
        let world = World::new(members + 1, 200);
        let subject = Subject::start(&world, place).await?;
        let done = Rc::new(Done::default());
        let buffer = client::buffer();
        let mut hand = Hand::open(subject.native, &world, (0, 1), buffer, done).await?;
        // The first tap opens the sheet, which is an event of its own.
        hand.tap(Pace::UnderWay(1), 1).await?;
        let crowd =
            Crowd::call(subject.native, &world, members, Manner::Native { after: None }, None)?;
        crowd.gathered().await?;
        let position = crowd.heard.position.take().context("a snapshot named no position")?;
        drop(crowd);
        hand.tap(Pace::UnderWay(TAPS), self.gap).await?;
        let again = Manner::Native { after: Some(position) };
        let before = subject.read()?;
        let began = clock::instant();
        let back = Crowd::call(subject.native, &world, members, again, Some(self.gap))?;
        back.complete().await?;
        let (took, after) = (began.elapsed(), subject.read()?);
        let cpu = after.cpu.saturating_sub(before.cpu);
        let mut report = Report::new();
        report.add("members", f64::from(self.members), "");
        report.add("events missed", figure(self.gap), "");
        report.add("all caught up after", took.as_secs_f64(), "s");
        report.add("members a second", f64::from(self.members) / took.as_secs_f64(), "/s");
        let each = cpu.as_secs_f64() * 1e6 / f64::from(self.members);
        report.add("CPU of a member", each, "µs");
        report.add("RSS before", figure(before.rss_kib), "KiB");
        report.add("RSS then", figure(after.rss_kib), "KiB");
        Ok(report)
    }
}
