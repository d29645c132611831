//! `rollcall backup`: a consistent copy of everything, also while the program runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

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
    let unwritten = || format!("cannot write {}", args.to.display());
    try_to_write(&args.to).with_context(unwritten)?;
    SqliteStore::open(&from)?.backup(&args.to).with_context(unwritten)?;
    Ok(say::line(format!("{} is in {}", from.display(), args.to.display()))?)
}

/// Fails as the system does where no file can be made: SQLite would not say why.
fn try_to_write(file: &Path) -> std::io::Result<()> {
    fs::File::create_new(file)?;
    fs::remove_file(file)
}
