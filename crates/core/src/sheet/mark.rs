//! Decides `MarkSheet`: each change on its own, the applied ones as one event.

use std::{collections::HashMap, sync::Arc};

use super::{
    Mark, MarkChange, MarkResult, MergeRule, MergeVerdict, Sheet, Write, attended::attended, merge,
    merge::RECENT_MS, snapshot,
};
use crate::{
    decide::{Decision, Situation},
    event::{Event, Marked},
    facts::{Series, required},
    id::{GatheringId, PersonId},
    limits,
    people::{Gathering, Permission, Person},
    rejection::{Fault, Refusal, Rejection},
    time::Date,
};

/// Writes remembered on a mark: more taps than a family of hands makes in that time.
const RECENT_MAX: usize = 8;

pub(crate) fn mark(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    changes: &[MarkChange],
    rule: MergeRule,
) -> Result<Decision, Refusal> {
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::MarkSheets, &found, "mark this sheet")?;
    if changes.len() > limits::MARKS_MAX {
        let what = "a batch of marks".into();
        return Err(Rejection::TooMany { what, max: limits::MARKS_MAX }.into());
    }
    let mut batch = Batch { at, gathering, date, rule, fresh: HashMap::new(), applied: Vec::new() };
    let marks = changes.iter().map(|c| batch.judge(c)).collect::<Result<Vec<_>, Fault>>()?;
    let applied = batch.applied;
    let mut events = Vec::new();
    if applied.is_empty() {
        return Ok(Decision { events, marks });
    }
    let attended = match rule {
        MergeRule::Native => {
            events.extend(opened(at, &found, date)?.map(|s| Event::SheetChanged(Arc::new(s))));
            None
        }
        MergeRule::Church => {
            events.extend(snapshot::sheet_event(at, &found, date, &applied)?);
            attended(at, date, &applied)?
        }
    };
    events.push(Event::Marked { gathering: gathering.clone(), date, marks: applied });
    events.extend(attended);
    Ok(Decision { events, marks })
}

/// The sheet's first row, if this is the sheet's first write.
pub(super) fn opened(
    at: &Situation<'_>,
    gathering: &Gathering,
    date: Date,
) -> Result<Option<Sheet>, Fault> {
    if at.facts.sheet(&gathering.id, date)?.is_some() {
        return Ok(None);
    }
    Ok(Some(Sheet {
        gathering: gathering.id.clone(),
        date,
        number: at.facts.next_number(Series::Sheets)?,
        headcount_mode: gathering.headcount_mode,
        roster_taken: false,
        added: Vec::new(),
        excluded: false,
        by: at.by.account().cloned(),
        at: at.now,
    }))
}

struct Batch<'a> {
    at: &'a Situation<'a>,
    gathering: &'a GatheringId,
    date: Date,
    rule: MergeRule,
    /// What this batch itself has written so far.
    fresh: HashMap<PersonId, Arc<Mark>>,
    applied: Vec<Marked>,
}

impl Batch<'_> {
    fn judge(&mut self, change: &MarkChange) -> Result<MarkResult, Fault> {
        if let Some((field, why)) = impossible(change) {
            let person = change.person.clone();
            return Ok(MarkResult::Invalid { person, field: field.into(), why: why.into() });
        }
        let Some(person) = self.at.facts.person(&change.person)? else {
            return Ok(MarkResult::UnknownPerson { person: change.person.clone() });
        };
        let current = self.current(&change.person)?;
        let hand = self.at.by.account();
        let verdict = merge(self.rule, current.as_deref(), change, hand, self.at.now);
        Ok(match (verdict, current) {
            (MergeVerdict::Unchanged, Some(mark)) => {
                MarkResult::Unchanged { mark: (*mark).clone() }
            }
            (MergeVerdict::Overtaken, Some(mark)) => {
                MarkResult::Overtaken { mark: (*mark).clone() }
            }
            (MergeVerdict::Stale, Some(mark)) => MarkResult::Stale { mark: (*mark).clone() },
            (verdict, current) => {
                let replaced = (verdict == MergeVerdict::Replace).then_some(current.as_deref());
                let replaced = replaced.flatten().cloned().map(Box::new);
                self.apply(change, &person, current.as_deref(), replaced)
            }
        })
    }

    fn current(&self, person: &PersonId) -> Result<Option<Arc<Mark>>, Fault> {
        match self.fresh.get(person) {
            Some(mark) => Ok(Some(mark.clone())),
            None => self.at.facts.mark(self.gathering, self.date, person),
        }
    }

    fn apply(
        &mut self,
        change: &MarkChange,
        person: &Person,
        current: Option<&Mark>,
        replaced: Option<Box<Mark>>,
    ) -> MarkResult {
        let mark = Arc::new(self.written(change, person, current));
        self.fresh.insert(person.id.clone(), mark.clone());
        self.applied.push(Marked {
            mark: mark.clone(),
            name: person.full_name(),
            number: person.number.clone(),
            replaced: replaced.clone(),
        });
        MarkResult::Applied { mark: (*mark).clone(), replaced }
    }

    fn written(&self, change: &MarkChange, person: &Person, current: Option<&Mark>) -> Mark {
        let (now, by) = (self.at.now, self.at.by.account().cloned());
        let church = self.rule == MergeRule::Church;
        let given = change.marked_at.filter(|tapped| church || *tapped <= now);
        Mark {
            person: change.person.clone(),
            status: change.status,
            check_in: change.check_in.or(current.and_then(|m| m.check_in)),
            check_out: change.check_out.or(current.and_then(|m| m.check_out)),
            note: change.note.clone().or_else(|| current.and_then(|m| m.note.clone())),
            override_reason: change.override_reason.clone(),
            kind: current.map_or(person.kind, |m| m.kind),
            by,
            at: now,
            marked_at: given,
            from_roster: false,
            version: current.map_or(0, |m| m.version) + 1,
            recent: self.recent(current),
        }
    }

    /// Writes worth remembering: the one that is replaced now, and those before it.
    fn recent(&self, current: Option<&Mark>) -> Vec<Write> {
        let Some(mark) = current else {
            return Vec::new();
        };
        let last = mark.by.as_ref().zip(mark.marked_at).map(|(by, marked_at)| Write {
            by: by.clone(),
            status: mark.status,
            marked_at,
            at: mark.at,
        });
        last.into_iter()
            .chain(mark.recent.iter().cloned())
            .filter(|write| self.at.now.since_ms(write.at) < RECENT_MS)
            .take(RECENT_MAX)
            .collect()
    }
}

fn impossible(change: &MarkChange) -> Option<(&'static str, &'static str)> {
    let too_long = |text: &Option<String>| {
        text.as_ref().is_some_and(|t| t.chars().count() > limits::NOTE_CHARS_MAX)
    };
    if too_long(&change.note) {
        return Some(("note", "is longer than 5000 characters"));
    }
    if too_long(&change.override_reason) {
        return Some(("override_reason", "is longer than 5000 characters"));
    }
    let backwards = change.check_in.zip(change.check_out).is_some_and(|(from, to)| to < from);
    backwards.then_some(("check_out", "is before check_in"))
}
