//! Log lines: for people on a terminal, or one JSON object each.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Begins to write log lines to standard error.
///
/// # Errors
/// The level cannot be read, or lines are written already.
pub fn start(log: &Log) -> Result<(), String> {
    let level = EnvFilter::try_new(&log.level)
        .map_err(|error| format!("log.level {:?} cannot be read: {error}", log.level))?;
    let lines = fmt().with_env_filter(level).with_writer(stderr);
    let started = match log.format {
        LogFormat::Human => {
            let colours = stderr().is_terminal();
            lines.with_ansi(colours).with_target(false).compact().try_init()
        }
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| error.to_string())
}
