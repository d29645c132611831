//! Settings: what the program says about itself.

use serde::Deserialize;

use super::setting::section;

section! {
    /// What the program says about itself.
    pub struct Log in "log." {
        /// `human` for people, `json` for machines: one object a line.
        format: LogFormat = LogFormat::Human,
        /// How much: `error`, `warn`, `info`, `debug` or `trace`, for parts too:
        /// `info,rollcall::shard=debug`.
        level: String = "info".to_owned(),
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people, coloured on a terminal.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}
