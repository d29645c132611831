//! What a process does within a stretch of time.

use std::time::Duration;

use super::machine::Reading;
use crate::clock;

/// Two readings and what happened between them.
pub(super) struct Stretch {
    /// CPU time that the process used.
    pub cpu: Duration,
    /// How long it was.
    pub lasted: Duration,
    /// How much each of the counted numbers grew.
    pub grown: Vec<u64>,
}

impl Stretch {
    /// Reads, waits, reads again.
    pub(super) async fn measure(
        wait: Duration,
        read: impl Fn() -> anyhow::Result<Reading>,
        count: impl Fn() -> Vec<u64>,
    ) -> anyhow::Result<Self> {
        let (began, before, counted) = (clock::instant(), read()?, count());
        tokio::time::sleep(wait).await;
        let (cpu, lasted) = (read()?.cpu.saturating_sub(before.cpu), began.elapsed());
        let grown = count().iter().zip(counted).map(|(after, before)| after - before).collect();
        Ok(Self { cpu, lasted, grown })
    }

    /// CPU microseconds of one of `count` things.
    pub(super) fn cpu_us_each(&self, count: u64) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / super::report::figure(count.max(1))
    }

    /// How many of `count` things there were a second.
    pub(super) fn a_second(&self, count: u64) -> f64 {
        super::report::figure(count) / self.lasted.as_secs_f64()
    }

    /// How much of a core the process used, in per cent.
    pub(super) fn core_percent(&self) -> f64 {
        self.cpu.as_secs_f64() / self.lasted.as_secs_f64() * 100.0
    }
}
