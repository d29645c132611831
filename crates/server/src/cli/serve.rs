//! `rollcall serve`: runs until it is asked to stop.

use anyhow::anyhow;

use crate::{
    app,
    config::{Config, Flags, unknown_variables},
    telemetry,
};

/// Run until asked to stop (SIGTERM or Ctrl-C).
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.flags)?;
    config.secret()?;
    telemetry::start_log(&config.log).map_err(|why| anyhow!(why))?;
    warn(&config);
    app::run(config)
}

/// Says what is allowed and yet worth a second thought.
fn warn(config: &Config) {
    if config.allow_origins.is_empty() {
        tracing::warn!("any web page may connect: name yours with --allow-origin (gym G10.1)");
    }
    for listener in config.listen.iter().filter(|listener| listener.trust_handshake) {
        tracing::warn!(address = %listener.address, "believes handshakes without a token (church 3.7)");
    }
    for variable in unknown_variables() {
        tracing::warn!(variable, "names no setting; `rollcall settings` lists them");
    }
}
