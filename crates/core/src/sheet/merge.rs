//! When two hands touch one mark: which change counts.

use serde::{Deserialize, Serialize};

use super::{Mark, MarkChange, Status};
use crate::{id::AccountId, limits, time::Timestamp};

/// Which contract's words decide a conflict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeRule {
    /// Log order; only a stale offline change of another hand is refused (DESIGN section 4).
    #[default]
    Native,
    /// The church contract's rule 7.3.
    Church,
}

/// What to do with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeVerdict {
    /// Apply it.
    Apply,
    /// Apply it; it replaces another hand's mark, and both should be told.
    Replace,
    /// It stands there already.
    Unchanged,
    /// A repeat that another hand has overtaken.
    Overtaken,
    /// Another hand's newer mark would be lost.
    Stale,
}

/// Judges `change` by `hand` against what stands (`None`: nothing).
#[must_use]
pub fn merge(
    rule: MergeRule,
    current: Option<&Mark>,
    change: &MarkChange,
    hand: Option<&AccountId>,
    now: Timestamp,
) -> MergeVerdict {
    match (rule, current) {
        (_, None) => MergeVerdict::Apply,
        (MergeRule::Native, Some(mark)) => native(mark, change, hand),
        (MergeRule::Church, Some(mark)) => church(mark, change, hand, now),
    }
}

fn native(mark: &Mark, change: &MarkChange, hand: Option<&AccountId>) -> MergeVerdict {
    if same_value(mark, change) {
        return MergeVerdict::Unchanged;
    }
    let own = mark.by.as_ref() == hand || mark.from_roster;
    if own || change.seen == Some(mark.version) {
        return MergeVerdict::Apply;
    }
    let lag_ms = change.marked_at.map_or(0, |tapped| mark.at.since_ms(tapped));
    if lag_ms > limits::CONCURRENT_MS { MergeVerdict::Stale } else { MergeVerdict::Replace }
}

/// Whether the change asks for nothing that is not there. Absent fields ask for nothing.
fn same_value(mark: &Mark, change: &MarkChange) -> bool {
    fn kept<T: PartialEq>(asked: Option<&T>, there: Option<&T>) -> bool {
        asked.is_none() || asked == there
    }
    mark.status == change.status
        && kept(change.note.as_ref(), mark.note.as_ref())
        && kept(change.check_in.as_ref(), mark.check_in.as_ref())
        && kept(change.check_out.as_ref(), mark.check_out.as_ref())
        && kept(change.override_reason.as_ref(), mark.override_reason.as_ref())
}

/// Milliseconds for which accepted writes are remembered on a mark (church 7.3c).
pub(super) const RECENT_MS: i64 = 15 * 60 * 1_000;

/// Milliseconds within which the same tap without a time of its own is a repeat (church 7.3b).
const REPEAT_MS: i64 = 500;

fn church(
    mark: &Mark,
    change: &MarkChange,
    hand: Option<&AccountId>,
    now: Timestamp,
) -> MergeVerdict {
    // A clock that is ahead names the same tap by the same time again and again.
    let given = change.marked_at;
    let own = mark.by.as_ref() == hand && !mark.from_roster;
    let same = mark.status == change.status;
    if own && same && given.is_some() && given == mark.marked_at {
        return MergeVerdict::Unchanged;
    }
    if own && same && given.is_none() && now.since_ms(mark.at) < REPEAT_MS {
        return MergeVerdict::Unchanged;
    }
    if !own && was_accepted_before(mark, change.status, hand, given, now) {
        return MergeVerdict::Overtaken;
    }
    if own || mark.from_roster || mark.by.is_none() {
        return MergeVerdict::Apply;
    }
    let accepted_second_ms = mark.at.millis().div_euclid(1_000) * 1_000;
    if accepted_second_ms > given.unwrap_or(now).min(now).millis() {
        MergeVerdict::Stale
    } else {
        MergeVerdict::Replace
    }
}

fn was_accepted_before(
    mark: &Mark,
    status: Status,
    hand: Option<&AccountId>,
    given: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    given.is_some_and(|tapped| {
        mark.recent.iter().filter(|write| now.since_ms(write.at) < RECENT_MS).any(|write| {
            Some(&write.by) == hand && write.status == status && write.marked_at == tapped
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::PersonId, people::PersonKind, sheet::Write};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn mark(by: &str, status: Status, at_ms: i64, marked_ms: Option<i64>) -> Mark {
        Mark {
            person: PersonId::new("1"),
            status,
            check_in: None,
            check_out: None,
            note: None,
            override_reason: None,
            kind: PersonKind::Regular,
            by: Some(by.into()),
            at: at(at_ms),
            marked_at: marked_ms.map(at),
            from_roster: false,
            version: 3,
            recent: Vec::new(),
        }
    }

    fn change(status: Status, marked_ms: Option<i64>, seen: Option<u32>) -> MarkChange {
        let marked_at = marked_ms.map(at);
        MarkChange { seen, marked_at, ..MarkChange::of(PersonId::new("1"), status) }
    }

    use MergeVerdict::{Apply, Overtaken, Replace, Stale, Unchanged};
    use Status::{Absent, Present};

    #[test]
    fn native_rules_in_a_table() {
        let there = mark("ann", Present, 100_000, None);
        let now = at(200_000);
        for (hand, asked, want) in [
            ("ben", change(Present, None, None), Unchanged),
            ("ann", change(Absent, Some(1), None), Apply),
            ("ben", change(Absent, Some(1), Some(3)), Apply),
            ("ben", change(Absent, None, Some(2)), Replace),
            ("ben", change(Absent, Some(95_000), Some(2)), Replace),
            ("ben", change(Absent, Some(80_000), Some(2)), Stale),
        ] {
            let hand = AccountId::from(hand);
            let got = merge(MergeRule::Native, Some(&there), &asked, Some(&hand), now);
            assert_eq!(got, want, "{hand} {asked:?}");
        }
    }

    #[test]
    fn church_7_3_in_a_table() {
        let now = at(100_000);
        let given = mark("ann", Present, 99_900, Some(50_000));
        for (hand, asked, want) in [
            ("ann", change(Present, Some(50_000), None), Unchanged), // a
            ("ann", change(Present, None, None), Unchanged),         // b
            ("ann", change(Absent, Some(1), None), Apply),           // d
            ("ben", change(Absent, Some(98_999), None), Stale),      // f, 99.9 s cut to 99 s
            ("ben", change(Absent, Some(99_000), None), Replace),    // f
            ("ben", change(Absent, Some(999_000), None), Replace),   // a future time means now
        ] {
            let hand = AccountId::from(hand);
            let got = merge(MergeRule::Church, Some(&given), &asked, Some(&hand), now);
            assert_eq!(got, want, "{hand} {asked:?}");
        }
    }

    #[test]
    fn church_7_3_a_a_clock_that_is_ahead_repeats_itself_too() {
        let ahead = mark("ann", Present, 99_000, Some(400_000));
        let (asked, hand) = (change(Present, Some(400_000), None), AccountId::from("ann"));
        let got = merge(MergeRule::Church, Some(&ahead), &asked, Some(&hand), at(100_000));
        assert_eq!(got, Unchanged);
    }

    #[test]
    fn church_7_3_c_a_repeat_that_was_overtaken_changes_nothing() {
        let mut there = mark("ben", Absent, 99_900, None);
        there.recent.push(Write {
            by: "ann".into(),
            status: Present,
            marked_at: at(50_000),
            at: at(60_000),
        });
        let asked = change(Present, Some(50_000), None);
        let hand = AccountId::from("ann");
        let got = merge(MergeRule::Church, Some(&there), &asked, Some(&hand), at(100_000));
        assert_eq!(got, Overtaken);
    }

    #[test]
    fn church_7_3_e_a_roster_row_is_no_write() {
        let mut there = mark("ann", Absent, 99_900, None);
        there.from_roster = true;
        let hand = AccountId::from("ben");
        for rule in [MergeRule::Native, MergeRule::Church] {
            let got = merge(
                rule,
                Some(&there),
                &change(Present, Some(1), None),
                Some(&hand),
                at(100_000),
            );
            assert_eq!(got, Apply, "{rule:?}");
        }
    }
}
