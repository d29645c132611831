//! `commits`: durable marks a second, and how long one takes, with many hands at once.

use std::{rc::Rc, time::Duration};

use anyhow::bail;
use clap::Args;
use tokio::task::JoinSet;

use super::{
    Place, client, machine,
    measure::Stretch,
    report::{Report, figure},
    subject::Subject,
    tap::{Done, Hand, Pace},
    world::World,
};

/// Seconds that hands tap before they are measured.
const WARM_UP: Duration = Duration::from_secs(1);

/// People that each hand marks in turn.
const PEOPLE_A_HAND: usize = 20;

/// The metric that counts the store's transactions.
const BATCHES: &str = "rollcall_commit_seconds_count";

/// Durable marks a second, and how long one takes, with many hands at once.
#[derive(Args, Debug)]
pub(super) struct Commits {
    /// How many hands, each over a WebSocket of its own.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    writers: u32,
    /// Taps that each hand has under way.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pipeline: u8,
    /// How long is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
}

impl Commits {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        let writers = self.writers as usize;
        machine::allow_connections(writers)?;
        let world = World::new(writers, writers * PEOPLE_A_HAND);
        let subject = Subject::start(&world, place).await?;
        let done = Rc::new(Done::default());
        let mut hands = JoinSet::new();
        let buffer = client::buffer();
        for number in 0..writers {
            let (who, buffer) = ((number, writers), buffer.clone());
            let mut hand = Hand::open(subject.native, &world, who, buffer, done.clone()).await?;
            let pace = Pace::UnderWay(usize::from(self.pipeline));
            hands.spawn_local(async move { hand.tap(pace, u64::MAX).await });
        }
        tokio::time::sleep(WARM_UP).await;
        let batches = subject.metric(BATCHES).await;
        done.took_us.borrow_mut().clear();
        let count = || vec![done.answered.get()];
        let wait = Duration::from_secs(self.seconds);
        let stretch = Stretch::measure(wait, || subject.read(), count).await?;
        let mut took_us = done.took_us.take();
        if let Some(ended) = hands.try_join_next() {
            ended??;
            bail!("a hand ended by itself");
        }
        let batches =
            subject.metric(BATCHES).await.zip(batches).map(|(after, before)| after - before);
        let marks = stretch.grown[0];
        took_us.sort_unstable();
        let mut report = Report::new();
        report.add("hands", f64::from(self.writers), "");
        report.add("under way each", f64::from(self.pipeline), "");
        report.add("marks", stretch.a_second(marks), "/s, each durable");
        report.add("p50", percentile(&took_us, 50), "ms");
        report.add("p99", percentile(&took_us, 99), "ms");
        report.add("CPU of a mark", stretch.cpu_us_each(marks), "µs");
        report.add("core used", stretch.core_percent(), "%");
        if let Some(batches) = batches.filter(|batches| *batches > 0.0) {
            report.add("marks a transaction", figure(marks) / batches, "");
        }
        Ok(report)
    }
}

/// Milliseconds within which so many per cent were answered.
fn percentile(sorted_us: &[u64], percent: usize) -> f64 {
    let at = sorted_us.len().saturating_sub(1) * percent / 100;
    sorted_us.get(at).map_or(0.0, |us| figure(*us) / 1e3)
}
