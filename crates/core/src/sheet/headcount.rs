//! Decides headcounts, their mode, and whether statistics count a sheet.

use std::sync::Arc;

use super::{Headcount, Sheet, mark::opened};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::{AccountId, GatheringId},
    limits,
    people::{Account, Gathering, GatheringKind, HeadcountMode, Permission},
    rejection::{Fault, Refusal, Rejection},
    time::Date,
};

pub(crate) fn count_heads(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    count: u32,
    mode: Option<HeadcountMode>,
    counter: Option<&AccountId>,
) -> Result<Decision, Refusal> {
    let found = countable(at, gathering)?;
    if count > limits::HEADCOUNT_MAX {
        return Err(Rejection::invalid("count", "must be between 0 and 100000").into());
    }
    let counter = counting(at, counter)?;
    let before = stands(at, &found, date)?;
    let mode = mode.unwrap_or(before.sheet.headcount_mode);
    let counted = Headcount { by: counter.id.clone(), count, at: at.now };
    let mut all = counts(at, gathering, date)?;
    all.retain(|c| c.by != counter.id);
    all.insert(0, counted.clone());
    all.sort_by_key(|c| std::cmp::Reverse(c.at));
    let mut events = before.with_mode(mode);
    events.push(Event::HeadsCounted {
        gathering: gathering.clone(),
        date,
        mode,
        counted,
        counter_name: counter.display_name(),
        names: names(at, &all)?,
        corrected_by: corrector(at, &counter.id)?,
        all,
    });
    Ok(Decision { events, marks: Vec::new() })
}

pub(crate) fn set_headcount_mode(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    mode: HeadcountMode,
) -> Result<Decision, Refusal> {
    let found = countable(at, gathering)?;
    let before = stands(at, &found, date)?;
    let sheet = Arc::new(Sheet { headcount_mode: mode, ..before.sheet });
    let by_name = at.account()?.map(|a| a.display_name()).unwrap_or_default();
    Ok(Event::HeadcountModeSet { sheet, by_name }.into())
}

pub(crate) fn open(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
) -> Result<Decision, Refusal> {
    let found = countable(at, gathering)?;
    let sheet = opened(at, &found, date)?;
    Ok(sheet.map(|sheet| Event::SheetChanged(Arc::new(sheet)).into()).unwrap_or_default())
}

pub(crate) fn exclude(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    excluded: bool,
) -> Result<Decision, Refusal> {
    let sheet = required(at.facts.sheet(gathering, date)?, "sheet", &date)?;
    set_exclusion(at, &sheet, excluded)
}

pub(crate) fn toggle_exclusion(at: &Situation<'_>, number: u64) -> Result<Decision, Refusal> {
    let sheet = required(at.facts.sheet_by_number(number)?, "sheet", &number)?;
    set_exclusion(at, &sheet, !sheet.excluded)
}

fn set_exclusion(at: &Situation<'_>, sheet: &Sheet, excluded: bool) -> Result<Decision, Refusal> {
    let gathering = &sheet.gathering;
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::ChangeGatherings, &found, "exclude this sheet")?;
    if sheet.excluded == excluded {
        return Ok(Decision::default());
    }
    Ok(Event::ExclusionSet(Arc::new(Sheet { excluded, ..sheet.clone() })).into())
}

fn countable(at: &Situation<'_>, id: &GatheringId) -> Result<Arc<Gathering>, Refusal> {
    let found = required(at.facts.gathering(id)?, "gathering", id)?;
    at.allow_at(Permission::MarkSheets, &found, "count heads here")?;
    if found.kind != GatheringKind::Headcount {
        return Err(Rejection::invalid("gathering", "is not one where heads are counted").into());
    }
    Ok(found)
}

/// Whose number it is: the hand's own, or another account's if the hand may correct it.
fn counting(at: &Situation<'_>, counter: Option<&AccountId>) -> Result<Arc<Account>, Refusal> {
    let own = at.by.account();
    let id = counter.or(own).ok_or_else(|| Rejection::invalid("counter", "must be named"))?;
    if Some(id) != own {
        at.allow(Permission::ChangeGatherings, "correct another's headcount")?;
    }
    Ok(required(at.facts.account(id)?, "account", id)?)
}

/// The names of those who counted, in their order.
fn names(at: &Situation<'_>, all: &[Headcount]) -> Result<Vec<String>, Fault> {
    let name = |count: &Headcount| {
        let account = at.facts.account(&count.by)?;
        Ok(account.map(|a| a.display_name()).unwrap_or_default())
    };
    all.iter().map(name).collect()
}

/// The name of the hand, if the number is another's.
fn corrector(at: &Situation<'_>, counter: &AccountId) -> Result<Option<String>, Refusal> {
    let hand = at.account()?.filter(|account| account.id != *counter);
    Ok(hand.map(|account| account.display_name()))
}

/// The sheet before the command, and whether the command brings it into being.
struct Stands {
    sheet: Sheet,
    new: bool,
}

impl Stands {
    fn with_mode(self, headcount_mode: HeadcountMode) -> Vec<Event> {
        if !self.new && self.sheet.headcount_mode == headcount_mode {
            return Vec::new();
        }
        vec![Event::SheetChanged(Arc::new(Sheet { headcount_mode, ..self.sheet }))]
    }
}

fn stands(at: &Situation<'_>, gathering: &Gathering, date: Date) -> Result<Stands, Fault> {
    if let Some(sheet) = opened(at, gathering, date)? {
        return Ok(Stands { sheet, new: true });
    }
    let sheet = at.facts.sheet(&gathering.id, date)?;
    let sheet = sheet.ok_or_else(|| Fault("a sheet vanished within one transaction".into()))?;
    Ok(Stands { sheet: (*sheet).clone(), new: false })
}

fn counts(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
) -> Result<Vec<Headcount>, Fault> {
    let counts = at.facts.headcounts(gathering, date)?;
    Ok(counts.iter().map(|count| (**count).clone()).collect())
}
