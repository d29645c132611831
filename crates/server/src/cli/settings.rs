//! `rollcall settings`: every setting with its default, as the table of docs/configuration.md.

use super::say;
use crate::config::Config;

/// List every setting with its default and meaning.
#[derive(clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> anyhow::Result<()> {
    say::line("| setting | default | what it means |\n|---|---|---|")?;
    for setting in Config::settings() {
        say::line(setting.row())?;
    }
    Ok(())
}
