//! `rollcall openapi`: the description of a dialect's REST, for `cargo xtask openapi`.

use anyhow::Context;
use rollcall_wire::Dialect;

use super::say;
use crate::api;

/// Prints the OpenAPI description of a dialect's REST.
#[derive(clap::Args)]
#[command(hide = true)]
pub(super) struct Args {
    /// Which dialect.
    #[arg(long)]
    dialect: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let dialect = Dialect::named(&args.dialect)
        .with_context(|| format!("there is no dialect {:?}", args.dialect))?;
    let described = api::openapi(dialect);
    let text = described.with_context(|| format!("{} is not described", args.dialect))?;
    Ok(say::line(text.trim_end())?)
}
