//! `rollcall check`: rebuilds every tenant from its log and compares.

use std::process::ExitCode;

use anyhow::bail;
use rollcall_core::id::TenantId;
use rollcall_store::check::{Report, check};

use super::say::{self, Colour, coloured};
use crate::config::{Config, PlaceFlags};

/// Differences that are written out for one tenant; the rest is counted.
const SHOWN_MAX: usize = 20;

/// Rebuild tenants from their logs and compare with what is kept. Changes nothing.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which tenant [default: all].
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let store = super::store_there(&Config::load(&args.place.clone().into())?)?;
    let tenants: Vec<TenantId> = match &args.tenant {
        Some(tenant) => vec![tenant.as_str().into()],
        None => store.tenants()?,
    };
    let mut sound = true;
    for tenant in tenants {
        let Some(report) = check(&*store, &tenant)? else {
            bail!("there is no tenant {:?}", tenant.as_str());
        };
        sound &= report.is_sound();
        show(&tenant, &report)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(tenant: &TenantId, report: &Report) -> std::io::Result<()> {
    let verdict = if report.is_sound() {
        coloured(Colour::Green, "sound")
    } else {
        coloured(Colour::Red, "WRONG")
    };
    say::line(format!("{tenant}: {verdict}, {} events, at {}", report.events, report.position))?;
    let holes = report.holes.iter().map(|offset| format!("event {offset} is missing"));
    let unsound = report.unsound.iter().map(|(offset, why)| format!("event {offset}: {why}"));
    let differences = report.differences.iter().map(|difference| format!("{difference:?}"));
    let all: Vec<String> = holes.chain(unsound).chain(differences).collect();
    for finding in all.iter().take(SHOWN_MAX) {
        say::line(format!("  {finding}"))?;
    }
    match all.len().checked_sub(SHOWN_MAX) {
        None | Some(0) => Ok(()),
        Some(more) => say::line(format!("  and {more} more")),
    }
}
