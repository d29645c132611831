//! What leads from one row to another: found missing on the way in, left out on the way out.

use std::{collections::HashMap, fmt::Display, sync::Arc};

use rollcall_core::{
    facts::{Key, Row},
    id::{AccountId, PersonId},
};

/// A reference that leads nowhere.
pub(super) struct Missing {
    /// The field that refers, such as `roster[2]`.
    pub(super) field: String,
    /// What kind of thing it refers to.
    pub(super) what: &'static str,
    /// The id that names nothing.
    pub(super) id: String,
}

/// Takes every reference that leads nowhere off the row and tells of it. `false`: the row itself
/// makes no sense without what it refers to.
pub(super) fn settle(
    row: &mut Row,
    there: &dyn Fn(&Key) -> bool,
    missing: &mut dyn FnMut(Missing),
) -> bool {
    let mut to = References { there, missing };
    match row {
        Row::Tenant(_) | Row::Session(_) | Row::Family(_) => true,
        Row::Password(account, _) => to.must("account", ACCOUNT, account),
        Row::Account(account) => {
            let account = Arc::make_mut(account);
            to.may("person", PERSON, &mut account.person);
            to.each("gatherings", GATHERING, &mut account.gatherings);
            to.each("groups", GROUP, &mut account.groups);
            true
        }
        Row::Person(person) => {
            let person = Arc::make_mut(person);
            to.may("family", FAMILY, &mut person.family);
            to.may("group", GROUP, &mut person.group);
            to.may("account", ACCOUNT, &mut person.account);
            to.each("guardians", ACCOUNT, &mut person.guardians);
            true
        }
        Row::Group(group) => {
            let group = Arc::make_mut(group);
            to.each("teachers", ACCOUNT, &mut group.teachers);
            to.may("homeroom_teacher", ACCOUNT, &mut group.homeroom_teacher);
            true
        }
        Row::Gathering(gathering) => {
            let gathering = Arc::make_mut(gathering);
            to.may("group", GROUP, &mut gathering.group);
            to.may("teacher", ACCOUNT, &mut gathering.teacher);
            to.each("roster", PERSON, &mut gathering.roster);
            true
        }
        Row::Sheet(_) | Row::Mark(..) | Row::Headcount(..) | Row::Visit(_) | Row::Document(_) => {
            settle_record(row, &mut to)
        }
    }
}

/// Records of what happened.
fn settle_record(row: &mut Row, to: &mut References<'_>) -> bool {
    match row {
        Row::Sheet(sheet) => {
            to.may("by", ACCOUNT, &mut Arc::make_mut(sheet).by);
            to.must("gathering", GATHERING, &sheet.gathering)
        }
        Row::Mark(gathering, _, mark) => {
            let mark = Arc::make_mut(mark);
            to.may("by", ACCOUNT, &mut mark.by);
            mark.recent.retain(|write| to.must("recent.by", ACCOUNT, &write.by));
            to.must("person", PERSON, &mark.person) && to.must("gathering", GATHERING, gathering)
        }
        Row::Headcount(gathering, _, headcount) => {
            to.must("by", ACCOUNT, &headcount.by) && to.must("gathering", GATHERING, gathering)
        }
        Row::Visit(visit) => {
            to.may("by", ACCOUNT, &mut Arc::make_mut(visit).by);
            to.must("person", PERSON, &visit.person)
        }
        Row::Document(document) => {
            to.may("by", ACCOUNT, &mut Arc::make_mut(document).by);
            true
        }
        _ => true,
    }
}

/// A kind of thing that is referred to: its name and how its key is made.
type Target<I> = (&'static str, fn(I) -> Key);

const ACCOUNT: Target<AccountId> = ("account", Key::Account);
const PERSON: Target<PersonId> = ("person", Key::Person);
const FAMILY: Target<rollcall_core::id::FamilyId> = ("family", Key::Family);
const GROUP: Target<rollcall_core::id::GroupId> = ("group", Key::Group);
const GATHERING: Target<rollcall_core::id::GatheringId> = ("gathering", Key::Gathering);

struct References<'a> {
    there: &'a dyn Fn(&Key) -> bool,
    missing: &'a mut dyn FnMut(Missing),
}

impl References<'_> {
    fn must<I: Clone + Display>(&mut self, field: &str, (what, key): Target<I>, id: &I) -> bool {
        let found = (self.there)(&key(id.clone()));
        if !found {
            (self.missing)(Missing { field: field.into(), what, id: id.to_string() });
        }
        found
    }

    fn may<I: Clone + Display>(&mut self, field: &str, target: Target<I>, id: &mut Option<I>) {
        if id.as_ref().is_some_and(|id| !self.must(field, target, id)) {
            *id = None;
        }
    }

    fn each<I: Clone + Display>(&mut self, field: &str, target: Target<I>, ids: &mut Vec<I>) {
        let mut place = 0;
        ids.retain(|id| {
            place += 1;
            self.must(&format!("{field}[{}]", place - 1), target, id)
        });
    }
}

/// Two rows that say different things about who is whose account; places in the list.
pub(super) struct Conflict {
    pub(super) first: usize,
    pub(super) second: usize,
}

/// Fills in both sides of `accounts[].person` and `people[].account`. Where two rows do not agree,
/// the first stands.
pub(super) fn link(rows: &mut [&mut Row]) -> Vec<Conflict> {
    let mut persons: HashMap<PersonId, (AccountId, usize)> = HashMap::new();
    let mut accounts: HashMap<AccountId, (PersonId, usize)> = HashMap::new();
    let mut conflicts = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let Some((person, account)) = said(row) else { continue };
        let (known_account, known_person) = (persons.get(&person), accounts.get(&account));
        let other = known_account.filter(|(known, _)| *known != account).map(|(_, at)| *at);
        let other = other.or(known_person.filter(|(known, _)| *known != person).map(|(_, at)| *at));
        if let Some(first) = other {
            conflicts.push(Conflict { first, second: place });
        } else {
            persons.entry(person.clone()).or_insert((account.clone(), place));
            accounts.entry(account).or_insert((person, place));
        }
    }
    for row in rows {
        match row {
            Row::Person(person) => {
                let account = persons.get(&person.id).map(|(account, _)| account.clone());
                Arc::make_mut(person).account = account;
            }
            Row::Account(account) => {
                let person = accounts.get(&account.id).map(|(person, _)| person.clone());
                Arc::make_mut(account).person = person;
            }
            _ => {}
        }
    }
    conflicts
}

fn said(row: &Row) -> Option<(PersonId, AccountId)> {
    match row {
        Row::Person(person) => Some((person.id.clone(), person.account.clone()?)),
        Row::Account(account) => Some((account.person.clone()?, account.id.clone())),
        _ => None,
    }
}
