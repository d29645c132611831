//! Who is on a sheet (church 7.8): one question for every transport.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{Mark, Sheet, visitor_window::LastSeen};
use crate::{
    facts::Facts,
    id::{FamilyId, PersonId},
    people::{Badge, Family, Gathering, Person, PersonKind, PersonStatus},
    rejection::Fault,
    time::{Date, Timestamp},
};

/// One person of a list, with everything that a screen shows of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Who.
    pub person: PersonId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Whether it is a child.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub child: bool,
    /// What kind of attender the person was on this sheet, or is.
    pub kind: PersonKind,
    /// Whether the person is there.
    pub present: bool,
    /// Whether the person is expected at all now.
    pub active: bool,
    /// The family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyId>,
    /// The family's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The family's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_kind: Option<PersonKind>,
    /// Notes on the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_notes: Option<String>,
    /// Notes on the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What stands on the badge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<Box<Badge>>,
    /// The latest date on which the person was anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attended: Option<Date>,
    /// The latest date at this gathering, as far back as visitors are expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_here: Option<Date>,
    /// Whether a traveller has not been here since the gathering's last turn (church 8.9).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub infrequent: bool,
    /// When the person was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// Everybody a sheet shows, sorted by family name, then given name, in any letter case.
#[derive(Clone, Debug)]
pub struct SheetPeople {
    /// The sheet, once something was written on it.
    pub sheet: Option<Arc<Sheet>>,
    /// Those who belong here.
    pub regulars: Vec<Listed>,
    /// Visitors on the sheet; none before its first write.
    pub visitors: Vec<Listed>,
    /// Visitors who were here recently, on the sheet or not.
    pub recent: Vec<Listed>,
}

/// Who is on the sheet of that date, as of `now`.
///
/// # Errors
/// The store broke.
pub fn sheet_people(
    facts: &dyn Facts,
    gathering: &Gathering,
    date: Date,
    now: Timestamp,
) -> Result<SheetPeople, Fault> {
    let tenant = facts.tenant()?;
    let window = tenant.as_ref().map(|t| t.settings.church.visitor_window).unwrap_or_default();
    let today = tenant.map(|t| t.time_zone.date_of(now)).unwrap_or(date);
    let sheet = facts.sheet(&gathering.id, date)?;
    let seen = LastSeen::up_to(facts, &gathering.id, date, window)?;
    let marks = marks(facts, gathering, date)?;
    let closed = sheet.as_ref().is_some_and(|s| s.roster_taken) && date < today;
    let added = sheet.iter().flat_map(|s| &s.added).collect::<HashSet<_>>();
    let frequent_since = Some(date.plus_days(-turn_days(gathering)));
    let mut lists = Lists { facts, families: HashMap::new(), seen, frequent_since };
    let (mut regulars, mut visitors, mut recent) = (Vec::new(), Vec::new(), Vec::new());
    let mut listed = HashSet::new();
    for person in roster(facts, gathering)? {
        let mark = marks.get(&person.id);
        let kind = mark.map_or(person.kind, |m| m.kind);
        let active = person.status == PersonStatus::Active;
        if kind.visits() {
            let expected = active && lists.seen.expects(&person.id, kind);
            let present = mark.is_some_and(|m| m.status.attends());
            if present || expected || added.contains(&person.id) {
                visitors.push(lists.entry(&person, mark)?);
            }
            if expected {
                recent.push(lists.entry(&person, mark)?);
            }
        } else if mark.is_some() || (active && !closed) {
            regulars.push(lists.entry(&person, mark)?);
        }
        listed.insert(person.id.clone());
    }
    for mark in marks.values().filter(|m| !listed.contains(&m.person)) {
        let Some(person) = facts.person(&mark.person)? else { continue };
        if !mark.kind.visits() {
            regulars.push(lists.entry(&person, Some(mark))?);
        } else if mark.status.attends() || added.contains(&person.id) {
            visitors.push(lists.entry(&person, Some(mark))?);
        }
    }
    if sheet.is_none() {
        visitors.clear();
    }
    [&mut regulars, &mut visitors, &mut recent].into_iter().for_each(|list| sort(list));
    Ok(SheetPeople { sheet, regulars, visitors, recent })
}

/// Everybody of the tenant who is active, sorted alike (church 8.9).
///
/// # Errors
/// The store broke.
pub fn everybody(facts: &dyn Facts) -> Result<Vec<Listed>, Fault> {
    let seen = LastSeen::nowhere();
    let mut lists = Lists { facts, families: HashMap::new(), seen, frequent_since: None };
    let mut all = Vec::new();
    for person in facts.people()? {
        if person.status == PersonStatus::Active {
            all.push(lists.entry(&person, None)?);
        }
    }
    sort(&mut all);
    Ok(all)
}

/// Days from one turn of a gathering to the next.
fn turn_days(gathering: &Gathering) -> i32 {
    match gathering.frequency.as_deref() {
        Some("biweekly") => 14,
        Some("monthly") => 31,
        _ => 7,
    }
}

/// Everybody on a gathering's roster, or in its group if it has none.
fn roster(facts: &dyn Facts, gathering: &Gathering) -> Result<Vec<Arc<Person>>, Fault> {
    if let (true, Some(group)) = (gathering.roster.is_empty(), &gathering.group) {
        return facts.people_of_group(group);
    }
    gathering.roster.iter().filter_map(|id| facts.person(id).transpose()).collect()
}

/// Those of the roster who are active.
pub(super) fn expected(
    facts: &dyn Facts,
    gathering: &Gathering,
) -> Result<Vec<Arc<Person>>, Fault> {
    let mut people = roster(facts, gathering)?;
    people.retain(|person| person.status == PersonStatus::Active);
    Ok(people)
}

fn marks(
    facts: &dyn Facts,
    gathering: &Gathering,
    date: Date,
) -> Result<HashMap<PersonId, Arc<Mark>>, Fault> {
    let marks = facts.marks(&gathering.id, date)?.into_iter();
    Ok(marks.map(|mark| (mark.person.clone(), mark)).collect())
}

/// Makes entries, reading each family once.
struct Lists<'a> {
    facts: &'a dyn Facts,
    families: HashMap<FamilyId, Option<Arc<Family>>>,
    seen: LastSeen,
    frequent_since: Option<Date>,
}

impl Lists<'_> {
    fn entry(&mut self, person: &Person, mark: Option<&Arc<Mark>>) -> Result<Listed, Fault> {
        let family = match &person.family {
            Some(id) => self.family(id)?,
            None => None,
        };
        let last_here = self.seen.date(&person.id);
        let kind = mark.map_or(person.kind, |m| m.kind);
        Ok(Listed {
            person: person.id.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            child: person.child,
            kind,
            present: mark.is_some_and(|m| m.status.attends()),
            active: person.status == PersonStatus::Active,
            family: person.family.clone(),
            family_name: family.as_ref().map(|f| f.name.clone()),
            family_kind: family.as_ref().map(|f| f.kind),
            family_notes: family.and_then(|f| f.notes.clone()),
            notes: person.notes.clone(),
            badge: person.badge.clone(),
            last_attended: person.last_attended,
            last_here,
            infrequent: kind == PersonKind::TravellerVisitor
                && last_here
                    .or(person.last_attended)
                    .is_some_and(|last| Some(last) < self.frequent_since),
            created_at: person.created_at,
        })
    }

    fn family(&mut self, id: &FamilyId) -> Result<Option<Arc<Family>>, Fault> {
        if let Some(family) = self.families.get(id) {
            return Ok(family.clone());
        }
        let family = self.facts.family(id)?;
        self.families.insert(id.clone(), family.clone());
        Ok(family)
    }
}

fn sort(list: &mut [Listed]) {
    list.sort_by_cached_key(|entry| {
        let family = entry.family_name.as_ref().unwrap_or(&entry.last_name);
        (family.to_lowercase(), entry.first_name.to_lowercase(), entry.person.clone())
    });
}
