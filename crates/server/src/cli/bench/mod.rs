//! `rollcall bench`: measures the program on this machine, against a peer in the same run.
//!
//! The server under test is a process of its own on one core, with a made-up tenant in a directory
//! that is removed again; its clients are raw sockets in this process, on another core. Everything
//! stays on the loopback, has a bounded size and time, and stops by itself. Figures of two runs or
//! machines do not compare; ratios within one run do.

mod client;
mod commits;
mod crowd;
mod dialect;
mod fanout;
mod floor;
mod frames;
mod idle;
mod machine;
mod measure;
mod peer;
mod recover;
mod report;
mod subject;
mod tap;
mod world;

use std::{future::Future, path::PathBuf};

use clap::{Args, Subcommand};
use tokio::runtime::{Builder, LocalOptions};

use self::report::Report;

/// Measures the program on this machine.
#[derive(Args, Debug)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
    /// Prints the figures as one JSON object.
    #[arg(long, global = true)]
    json: bool,
    /// Directory for the measured tenant; the system's temporary one by default. Commits are as
    /// fast as this disk.
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Runs the server under another program, such as "perf record -g"; figures are its too then.
    #[arg(long, global = true, value_name = "COMMAND")]
    under: Option<String>,
}

/// Where and how the measured server runs.
struct Place {
    dir: PathBuf,
    under: Vec<String>,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Memory of connections that are signed in, follow a sheet, and hear nothing.
    Idle(idle::Idle),
    /// CPU of a delivery when one room has many members, against a bare send loop.
    Fanout(fanout::Fanout),
    /// Durable marks a second, and how long one takes, with many hands at once.
    Commits(commits::Commits),
    /// Time until everybody who was cut off has what was missed.
    Recover(recover::Recover),
    /// The bare send loop that `fanout` is compared with.
    #[command(hide = true)]
    Floor(floor::Floor),
}

/// Measures what was asked for and prints one table.
///
/// # Errors
/// The server could not be started or measured.
pub fn run(bench: Bench) -> anyhow::Result<()> {
    if let What::Floor(floor) = bench.what {
        return floor.run();
    }
    machine::keep_to_other_cores();
    let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
    let place = Place {
        dir: bench.dir.unwrap_or_else(std::env::temp_dir),
        under: bench.under.map(words).unwrap_or_default(),
    };
    let report = match bench.what {
        What::Idle(idle) => measured(idle.run(&place))?,
        What::Fanout(fanout) => measured(fanout.run(&place))?,
        What::Commits(commits) => measured(commits.run(&place))?,
        What::Recover(recover) => measured(recover.run(&place))?,
        What::Floor(_) => return Ok(()),
    };
    report.print(bench.json)
}

/// All clients live on one thread, so that they share one read buffer as the server's shards do.
fn measured(measurement: impl Future<Output = anyhow::Result<Report>>) -> anyhow::Result<Report> {
    let options = LocalOptions::default();
    Builder::new_current_thread().enable_all().build_local(options)?.block_on(measurement)
}
