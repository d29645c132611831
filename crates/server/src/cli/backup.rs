//! `rollcall backup`: a consistent copy of everything, also while the program runs.

use std::path::PathBuf;

use anyhow::Context;
use rollcall_store::sqlite::SqliteStore;

use super::say;
use crate::config::{Config, PlaceFlags};

/// Write a consistent copy of everything to a new file, also while the program runs.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The file to make.
    #[arg(value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.place.clone().into())?;
    let from = config.database().context("a store in memory has nothing to back up")?;
    anyhow::ensure!(from.exists(), "there is nothing in {}", from.display());
    anyhow::ensure!(!args.to.exists(), "{} is there already", args.to.display());
    SqliteStore::open(&from)?.backup(&args.to)?;
    Ok(say::line(format!("{} is in {}", from.display(), args.to.display()))?)
}
