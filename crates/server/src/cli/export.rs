//! `rollcall export`: writes a tenant as a tenant file.

use std::io::Write;

use anyhow::Context;

use crate::{
    config::{Config, PlaceFlags},
    tenants,
};

/// Write a tenant as a tenant file to standard output, password hashes included.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which tenant.
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let store = super::store_there(&Config::load(&args.place.clone().into())?)?;
    let text = tenants::export(&*store, &args.tenant.as_str().into())?;
    let text = text.with_context(|| format!("there is no tenant {:?}", args.tenant))?;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
