//! `rollcall import`: takes tenant files in.

use std::{path::PathBuf, time::Duration};

use super::say;
use crate::{
    app,
    config::{Config, PlaceFlags},
    sole::sole,
    tenants,
};

/// Take tenant files in. A tenant that is there already is left as it is, unless --replace.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Tenant files, one tenant each.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Drop what is there of these tenants first. Clients start anew with a fresh snapshot.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.place.clone().into())?;
    let store = app::open_store(&config)?;
    // A running program would go on with the log that is dropped here.
    let alone = config.directory().filter(|_| args.replace);
    let _sole = alone.map(|directory| sole(directory, Duration::ZERO)).transpose()?;
    for file in &args.files {
        let imported = tenants::import_file(&*store, file, args.replace)?;
        let outcome = match imported.position {
            Some(position) => format!("imported at {position}"),
            None => "is there already and was left as it is (--replace takes the file)".into(),
        };
        say::line(format!("{}: {outcome}", imported.tenant))?;
    }
    Ok(())
}
