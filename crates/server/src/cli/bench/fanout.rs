//! `fanout`: what a delivery costs when one room has many members, against a bare send loop.

use std::{net::SocketAddr, path::PathBuf, rc::Rc, time::Duration};

use clap::Args;
use tokio::task::JoinHandle;

use super::{
    Place,
    client::{self, Client},
    crowd::{Crowd, Heard},
    dialect::{Dialect, Manner},
    machine,
    measure::Stretch,
    peer::Peer,
    report::{Report, figure},
    subject::{Process, Subject},
    tap::{Done, Hand, Pace},
    world::World,
};

/// Seconds that events flow before they are measured.
const WARM_UP: Duration = Duration::from_secs(1);

/// Taps under way in a saturated room: within the protocol's own limit.
const SATURATED_TAPS: usize = 48;

/// Hands that tap one after the other: for nobody, for the native crowd, for the church's.
const HANDS: usize = 3;

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
    /// What the members speak. The church's are measured beside native ones of the same server.
    #[arg(long, value_enum, default_value_t = Dialect::Native)]
    dialect: Dialect,
    /// Also measures Socket.IO's own server, which is in this directory, with the same clients.
    #[arg(long, value_name = "DIR")]
    peer: Option<PathBuf>,
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

    fn frame_bytes(&self) -> u64 {
        self.bytes / self.events.max(1)
    }

    fn cpu_us(&self) -> f64 {
        self.stretch.cpu_us_each(self.events)
    }
}

/// What the server was found to need.
struct Found {
    /// CPU of an event that nobody hears, in microseconds.
    alone_us: f64,
    native: Deliveries,
    church: Option<Deliveries>,
}

impl Fanout {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        anyhow::ensure!(
            self.peer.is_none() || self.rate > 0.0,
            "the peer keeps what it cannot send: give a rate that it can hold"
        );
        machine::allow_connections(self.members as usize)?;
        let world = World::new(self.members as usize + 1, 300);
        let Found { alone_us, native, church } = self.server(&world, place).await?;
        let ours = church.as_ref().unwrap_or(&native);
        let floor = self.floor(ours.frame_bytes()).await?;
        let mut report = Report::new();
        report.add("members", f64::from(self.members), "");
        report.add("events", ours.stretch.a_second(ours.committed), "/s, each committed");
        report.add("frame", figure(ours.frame_bytes()), "bytes");
        report.add("deliveries", ours.stretch.a_second(ours.events), "/s");
        report.add("deliveries of the floor", floor.stretch.a_second(floor.events), "/s");
        report.add("core used", ours.stretch.core_percent(), "%");
        report.add("core used by the floor", floor.stretch.core_percent(), "%");
        report.add("CPU of a delivery", ours.cpu_us(), "µs");
        report.add("CPU of the floor's delivery", floor.cpu_us(), "µs");
        report.add("ratio", ours.cpu_us() / floor.cpu_us(), "× the floor");
        report.add("CPU of an event that nobody hears", alone_us, "µs");
        let sending_us =
            ours.cpu_us() - alone_us * figure(ours.committed) / figure(ours.events.max(1));
        report.add(
            "ratio without what such events cost",
            sending_us / floor.cpu_us(),
            "× the floor",
        );
        if church.is_some() {
            report.add("native: frame", figure(native.frame_bytes()), "bytes");
            report.add("native: deliveries", native.stretch.a_second(native.events), "/s");
            report.add("native: CPU of a delivery", native.cpu_us(), "µs");
            report.add("ratio to native", ours.cpu_us() / native.cpu_us(), "× native");
        }
        if let Some(directory) = &self.peer {
            let theirs = self.peer(directory, &world, ours.frame_bytes()).await?;
            report.add("Socket.IO: frame", figure(theirs.frame_bytes()), "bytes");
            report.add("Socket.IO: deliveries", theirs.stretch.a_second(theirs.events), "/s");
            report.add("Socket.IO: core used", theirs.stretch.core_percent(), "%");
            report.add("Socket.IO: CPU of a delivery", theirs.cpu_us(), "µs");
            report.add("ratio to Socket.IO", ours.cpu_us() / theirs.cpu_us(), "× Socket.IO");
        }
        Ok(report)
    }

    /// Measures the server: alone, with a native crowd and, if asked for, with a church's.
    async fn server(&self, world: &World, place: &Place) -> anyhow::Result<Found> {
        let subject = Subject::start(world, place).await?;
        let (tapping, done) = self.tap(&subject, world, 0).await?;
        let nobody = Heard::default();
        let wait = Duration::from_secs(self.seconds) / 2;
        let alone = Deliveries::measure(wait, || subject.read(), &nobody, || done.answered.get());
        let alone = alone.await?;
        tapping.abort();
        let manner = Manner::Native { after: None };
        let native = self.crowd(&subject, subject.native, world, (manner, 1)).await?;
        let church = match self.dialect {
            Dialect::Native => None,
            Dialect::Church => {
                Some(self.crowd(&subject, subject.church, world, (Manner::Church, 2)).await?)
            }
        };
        Ok(Found { alone_us: alone.stretch.cpu_us_each(alone.committed), native, church })
    }

    /// Measures a crowd that comes in some manner while a hand taps, and sends both away.
    async fn crowd(
        &self,
        subject: &Subject,
        to: SocketAddr,
        world: &World,
        (manner, hand): (Manner, usize),
    ) -> anyhow::Result<Deliveries> {
        let crowd = Crowd::call(to, world, self.members as usize, manner, None)?;
        crowd.gathered().await?;
        let (tapping, done) = self.tap(subject, world, hand).await?;
        let wait = Duration::from_secs(self.seconds);
        let read = || subject.read();
        let deliveries = Deliveries::measure(wait, read, &crowd.heard, || done.answered.get());
        let deliveries = deliveries.await?;
        crowd.nobody_lost()?;
        if tapping.is_finished() {
            tapping.await??;
        } else {
            tapping.abort();
        }
        Ok(deliveries)
    }

    /// Measures Socket.IO's own server with a church's crowd and frames of the same size.
    async fn peer(
        &self,
        directory: &std::path::Path,
        world: &World,
        frame_bytes: u64,
    ) -> anyhow::Result<Deliveries> {
        let peer = Peer::start(directory, self.rate, frame_bytes).await?;
        let members = self.members as usize;
        let crowd = Crowd::call(peer.address, world, members, Manner::Church, None)?;
        crowd.gathered().await?;
        let wait = Duration::from_secs(self.seconds);
        let theirs = Deliveries::measure(wait, || peer.read(), &crowd.heard, || 0).await?;
        crowd.nobody_lost()?;
        Ok(theirs)
    }

    /// Lets one of the hands tap until it is told to stop.
    async fn tap(
        &self,
        subject: &Subject,
        world: &World,
        number: usize,
    ) -> anyhow::Result<(JoinHandle<anyhow::Result<()>>, Rc<Done>)> {
        let done = Rc::new(Done::default());
        let buffer = client::buffer();
        let mut hand =
            Hand::open(subject.native, world, (number, HANDS), buffer, done.clone()).await?;
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
