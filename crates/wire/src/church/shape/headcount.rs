//! The numbers that several people counted (6.7, 8.19).

use rollcall_core::{people::HeadcountMode, sheet::Headcount};
use serde::Serialize;

use super::{Number, StoredTime};

/// One of `otherUsers`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct Counted<'a> {
    pub user_id: Number<'a>,
    pub name: &'a str,
    pub headcount: u32,
    pub last_updated: StoredTime,
}

/// All counters in their order, by their real names.
#[must_use]
pub fn counted<'a>(all: &'a [Headcount], names: &'a [String]) -> Vec<Counted<'a>> {
    let shown = |(count, name): (&'a Headcount, &'a String)| Counted {
        user_id: Number(count.by.as_str()),
        name,
        headcount: count.count,
        last_updated: StoredTime(count.at),
    };
    all.iter().zip(names).map(shown).collect()
}

/// `lastUpdatedBy` of a number that several people make; `own_name` for one's own.
#[must_use]
pub fn last_updated_by(
    mode: HeadcountMode,
    counters: usize,
    own_name: Option<&str>,
) -> Option<String> {
    match mode {
        HeadcountMode::Separate => own_name.map(str::to_owned),
        HeadcountMode::Combined => Some(format!("Combined ({counters} users)")),
        HeadcountMode::Averaged => Some(format!("Averaged ({counters} users)")),
    }
}

/// The app's word for a mode.
#[must_use]
pub const fn mode_name(mode: HeadcountMode) -> &'static str {
    match mode {
        HeadcountMode::Separate => "separate",
        HeadcountMode::Combined => "combined",
        HeadcountMode::Averaged => "averaged",
    }
}

/// The mode of that word.
#[must_use]
pub fn mode_named(name: &str) -> Option<HeadcountMode> {
    Some(match name {
        "separate" => HeadcountMode::Separate,
        "combined" => HeadcountMode::Combined,
        "averaged" => HeadcountMode::Averaged,
        _ => return None,
    })
}
