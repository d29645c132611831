//! Settings: what the program says about itself.

use serde::Deserialize;
use tracing::level_filters::LevelFilter;

use super::{Wrong, setting::section};

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

impl Log {
    /// A directive is a level, or a part of the program with one. A level that does not exist would
    /// be taken for a part, and nothing would be written at all.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for directive in self.level.split(',').map(str::trim) {
            // Nothing at all is read as `error`.
            let level = !directive.is_empty() && directive.parse::<LevelFilter>().is_ok();
            let fine = directive.contains('=') || level;
            let why = format!("holds {directive:?}: write error, warn, info, debug or trace");
            Wrong::unless(fine, "log.level", &why)?;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_does_not_exist_is_refused() {
        let of = |level: &str| Log { level: level.into(), ..Log::default() }.check();
        for fine in ["info", "WARN", "off", "info,rollcall::shard=debug", "rollcall=trace, error"] {
            assert_eq!(of(fine), Ok(()), "{fine}");
        }
        for wrong in ["loud", "", "info,verbose", "infos"] {
            assert_eq!(of(wrong).unwrap_err().key, "log.level", "{wrong}");
        }
    }
}
