//! `rollcall import`: takes tenant files in.

use std::path::PathBuf;

use super::say;
use crate::{
    app,
    config::{Config, PlaceFlags},
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
    let store = app::open_store(&Config::load(&args.place.clone().into())?)?;
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
