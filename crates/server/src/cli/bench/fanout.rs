//! `fanout`: what a delivery costs when one room has many members, against a bare send loop.

use std::{rc::Rc, time::Duration};

use clap::Args;
use tokio::task::JoinHandle;

use super::{
    Place,
    client::{self, Client},
    crowd::{Crowd, Heard},
    machine,
    measure::Stretch,
    report::{Report, figure},
    subject::{Process, Subject},
    tap::{Done, Hand, Pace},
    world::World,
};

/// Seconds that events flow before they are measured.
const WARM_UP: Duration = Duration::from_secs(1);

/// Taps under way in a saturated room: within the protocol's own limit.
const SATURATED_TAPS: usize = 48;

/// CPU of a delivery when one room has many members, against a bare send loop.
#[derive(Args, Debug)]
pub(super) struct Fanout {
    /// How many members the room has.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    members: u32,
    /// Events a second, or `max`.
    #[arg(long, default_value = "20", value_parser = rate)]
    rate: f64,
    /// How long is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// Reads a rate; `max` is 0.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(0.0),
        Ok(rate) if (0.1..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number of events a second up to 10000, or max".into()),
    }
}

/// Deliveries within the measured stretch.
struct Deliveries {
    stretch: Stretch,
    events: u64,
    bytes: u64,
    /// Events that became durable.
    committed: u64,
}

impl Deliveries {
    async fn measure(
        wait: Duration,
        read: impl Fn() -> anyhow::Result<machine::Reading>,
        heard: &Heard,
        committed: impl Fn() -> u64,
    ) -> anyhow::Result<Self> {
        tokio::time::sleep(WARM_UP).await;
        let count = || vec![heard.events.get(), heard.bytes.get(), committed()];
        let stretch = Stretch::measure(wait, read, count).await?;
        let [events, bytes, committed] = [0, 1, 2].map(|n| stretch.grown[n]);
        Ok(Self { stretch, events, bytes, committed })
    }

    fn cpu_us(&self) -> f64 {
        self.stretch.cpu_us_each(self.events)
    }
}

impl Fanout {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        machine::allow_connections(self.members as usize)?;
        let (alone, ours) = self.server(place).await?;
        let frame_bytes = ours.bytes / ours.events.max(1);
        let floor = self.floor(frame_bytes).await?;
        let mut report = Report::new();
        report.add("members", f64::from(self.members), "");
        report.add("events", ours.stretch.a_second(ours.committed), "/s, each committed");
        report.add("frame", figure(frame_bytes), "bytes");
        report.add("deliveries", ours.stretch.a_second(ours.events), "/s");
        report.add("deliveries of the floor", floor.stretch.a_second(floor.events), "/s");
        report.add("core used", ours.stretch.core_percent(), "%");
        report.add("core used by the floor", floor.stretch.core_percent(), "%");
        report.add("CPU of a delivery", ours.cpu_us(), "µs");
        report.add("CPU of the floor's delivery", floor.cpu_us(), "µs");
        report.add("ratio", ours.cpu_us() / floor.cpu_us(), "× the floor");
        report.add("CPU of an event that nobody hears", alone, "µs");
        let sending_us =
            ours.cpu_us() - alone * figure(ours.committed) / figure(ours.events.max(1));
        report.add(
            "ratio without what such events cost",
            sending_us / floor.cpu_us(),
            "× the floor",
        );
        Ok(report)
    }

    /// Measures the server; first what an event costs that nobody hears, in microseconds.
    async fn server(&self, place: &Place) -> anyhow::Result<(f64, Deliveries)> {
        let world = World::new(self.members as usize + 1, 200);
        let subject = Subject::start(&world, place).await?;
        let (read, wait) = (|| subject.read(), Duration::from_secs(self.seconds));
        let (tapping, done) = self.tap(&subject, &world, 0).await?;
        let nobody = Heard::default();
        let alone = Deliveries::measure(wait / 2, read, &nobody, || done.answered.get());
        let alone = alone.await?;
        tapping.abort();
        let crowd = Crowd::call(subject.address, &world, self.members as usize, None)?;
        crowd.gathered().await?;
        let (tapping, done) = self.tap(&subject, &world, 1).await?;
        let deliveries = Deliveries::measure(wait, read, &crowd.heard, || done.answered.get());
        let deliveries = deliveries.await?;
        crowd.nobody_lost()?;
        if tapping.is_finished() {
            tapping.await??;
        }
        Ok((alone.stretch.cpu_us_each(alone.committed), deliveries))
    }

    /// Lets one of two hands tap until it is told to stop.
    async fn tap(
        &self,
        subject: &Subject,
        world: &World,
        number: usize,
    ) -> anyhow::Result<(JoinHandle<anyhow::Result<()>>, Rc<Done>)> {
        let done = Rc::new(Done::default());
        let buffer = client::buffer();
        let mut hand =
            Hand::open(subject.address, world, (number, 2), buffer, done.clone()).await?;
        let pace = match self.rate {
            0.0 => Pace::UnderWay(SATURATED_TAPS),
            rate => Pace::Every(Duration::from_secs_f64(1.0 / rate)),
        };
        let tapping = tokio::task::spawn_local(async move { hand.tap(pace, u64::MAX).await });
        Ok((tapping, done))
    }

    /// Measures the same frames from a bare send loop.
    async fn floor(&self, frame_bytes: u64) -> anyhow::Result<Deliveries> {
        let address = machine::free_address()?;
        let of = |name: &str, value: String| [format!("--{name}"), value];
        let arguments = [
            vec!["bench".to_owned(), "floor".to_owned()],
            of("listen", address.to_string()).into(),
            of("members", self.members.to_string()).into(),
            of("bytes", frame_bytes.to_string()).into(),
            of("rate", self.rate.to_string()).into(),
            of("seconds", (self.seconds + 60).to_string()).into(),
        ]
        .concat();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut process = Process::start(machine::measured(&[], &arguments)?, false)?;
        process.answers(address).await?;
        let heard = Rc::new(Heard::default());
        let buffer = client::buffer();
        for number in 0..self.members as usize {
            let mut client = Client::raw(address, number, buffer.clone()).await?;
            let heard = heard.clone();
            tokio::task::spawn_local(async move {
                let count = |frame: &super::frames::Frame<'_>| heard.count(frame);
                while client.read(count).await.is_ok() {}
            });
        }
        let wait = Duration::from_secs(self.seconds);
        Deliveries::measure(wait, || process.read(), &heard, || 0).await
    }
}
