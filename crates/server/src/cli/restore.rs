//! `rollcall restore`: a data directory made of a backup.

use std::path::PathBuf;

use anyhow::Context;
use rollcall_store::sqlite::restore;

use super::say;
use crate::{
    config::{Config, PlaceFlags},
    tenants,
};

/// Make a data directory of a backup. Every log gets a new epoch, so that clients which saw more
/// than the backup holds take a fresh snapshot.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The backup.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.place.clone().into())?;
    let to = config.database().context("a backup cannot be restored into memory")?;
    if let Some(directory) = to.parent() {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    restore(&args.from, &to, &mut |_| tenants::fresh_epoch())?;
    Ok(say::line(format!("{} is in {}", args.from.display(), to.display()))?)
}
