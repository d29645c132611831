//! Decides `Change` and `Remove` for the lists of a tenant, and the ends of sign-ins.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Account, Family, Gathering, Group, Permission, Person, Session, Settings, Tenant,
    misfit::misfit, owned,
};
use crate::{
    command::{Expect, List},
    decide::{Decision, Situation},
    desk,
    event::Event,
    facts::{Key, Row, Series, required},
    id::{AccountId, FamilyId, GatheringId, GroupId, PersonId, SessionId},
    limits,
    rejection::{Refusal, Rejection},
    time::is_time_of_day,
};

impl List {
    /// What one entry is called.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Accounts => "account",
            Self::People => "person",
            Self::Families => "family",
            Self::Groups => "group",
            Self::Gatherings => "gathering",
        }
    }

    /// What it takes to change the list.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Tenant | Self::Accounts => Permission::ManageAccounts,
            Self::People | Self::Families | Self::Groups => Permission::ChangePeople,
            Self::Gatherings => Permission::ChangeGatherings,
        }
    }

    fn key(self, id: &str) -> Key {
        match self {
            Self::Tenant => Key::Tenant,
            Self::Accounts => Key::Account(AccountId::new(id)),
            Self::People => Key::Person(PersonId::new(id)),
            Self::Families => Key::Family(FamilyId::new(id)),
            Self::Groups => Key::Group(GroupId::new(id)),
            Self::Gatherings => Key::Gathering(GatheringId::new(id)),
        }
    }
}

pub(crate) fn change(
    at: &Situation<'_>,
    list: List,
    id: Option<&str>,
    fields: &Map<String, Value>,
    expect: Expect,
    seen: Option<u32>,
) -> Result<Decision, Refusal> {
    at.allow(list.permission(), &format!("change a {}", list.entry()))?;
    let id = match id {
        Some(id) => PersonId::parse("id", id)?.to_string(),
        None if expect == Expect::Numbered => number(at, list)?,
        None => at.fresh.to_owned(),
    };
    let current = at.facts.row(&list.key(&id))?;
    match (expect, &current) {
        (Expect::New | Expect::Numbered, Some(_)) => {
            return Err(Rejection::AlreadyExists { what: list.entry().into(), id }.into());
        }
        (Expect::There, None) => return Err(Rejection::not_found(list.entry(), id).into()),
        _ => {}
    }
    let mut edit = Edit { at, id: &id, fields, seen };
    let event = match list {
        List::Tenant => edit.tenant(current)?,
        List::Accounts => edit.account(current)?,
        List::People => edit.person(current)?,
        List::Families => edit.family(current)?,
        List::Groups => edit.group(current)?,
        List::Gatherings => edit.gathering(current)?,
    };
    Ok(event.map(Decision::from).unwrap_or_default())
}

/// The next number of a list that is numbered in some dialect.
fn number(at: &Situation<'_>, list: List) -> Result<String, Refusal> {
    let series = match list {
        List::People => Series::People,
        List::Families => Series::Families,
        List::Gatherings => Series::Gatherings,
        List::Tenant | List::Accounts | List::Groups => {
            return Err(Rejection::invalid("list", "is not numbered").into());
        }
    };
    Ok(at.facts.next_number(series)?.to_string())
}

/// One entry under change: every list lays `fields` over what is there, then checks its own rules.
struct Edit<'a> {
    at: &'a Situation<'a>,
    id: &'a str,
    fields: &'a Map<String, Value>,
    seen: Option<u32>,
}

macro_rules! current {
    ($row:expr, $kind:ident) => {
        match $row {
            Some(Row::$kind(row)) => Some(row),
            _ => None,
        }
    };
}

impl Edit<'_> {
    fn tenant(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Tenant);
        if self.fields.contains_key("id") {
            return Err(Rejection::invalid("id", "of a tenant cannot be changed").into());
        }
        let id = current.as_ref().map_or_else(|| self.id.to_owned(), |t| t.id.to_string());
        let next: Tenant = merged(current.as_deref(), &id, self.fields)?;
        check_name("name", &next.name)?;
        if let Some(current) = current.as_deref().filter(|_| self.at.by.account().is_some()) {
            self.leaves_to_operator(&current.settings, &next.settings)?;
        }
        if !next.settings.church.visitor_window.is_possible() {
            let why = "must hold integers between 1 and 52";
            return Err(Rejection::invalid("visitor_window", why).into());
        }
        Ok(differs(current, next).map(Event::TenantChanged))
    }

    /// What reaches beyond the tenant is for whoever runs the program to say.
    fn leaves_to_operator(&self, old: &Settings, new: &Settings) -> Result<(), Rejection> {
        if old.church.approved != new.church.approved {
            // Church 10.1.
            return Err(self.at.forbidden("decide whether a church is approved"));
        }
        if old.hosts != new.hosts {
            // A tenant that took another's host name would get its sign-ins (gym G7.14).
            return Err(self.at.forbidden("decide which host names lead to a tenant"));
        }
        Ok(())
    }

    fn account(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Account);
        let mut next: Account = merged(current.as_deref(), self.id, self.fields)?;
        next.created_at = next.created_at.or(Some(self.at.now));
        for (field, login) in
            [("email", &next.email), ("username", &next.username), ("mobile", &next.mobile)]
        {
            self.free_login(field, login.as_deref())?;
        }
        if let Some(person) = &next.person {
            required(self.at.facts.person(person)?, "person", person)?;
        }
        Ok(differs(current, next).map(Event::AccountChanged))
    }

    fn free_login(&self, field: &str, login: Option<&str>) -> Result<(), Refusal> {
        let Some(login) = login else { return Ok(()) };
        match self.at.facts.account_by_login(login)? {
            Some(other) if other.id.as_str() != self.id => {
                let what = format!("account with {field}");
                Err(Rejection::AlreadyExists { what, id: login.into() }.into())
            }
            _ => Ok(()),
        }
    }

    fn person(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Person);
        let version = current.as_ref().map_or(0, |p| p.version);
        if let Some(seen) = self.seen.filter(|seen| *seen != version) {
            let what = format!("person {}", self.id);
            return Err(Rejection::Stale { what, seen, version, mark: None }.into());
        }
        let mut next: Person = merged(current.as_deref(), self.id, self.fields)?;
        self.check_person(&next)?;
        if current.as_deref().is_some_and(|p| *p == next) {
            return Ok(None);
        }
        next.created_at = next.created_at.or(Some(self.at.now));
        next.updated_at = Some(self.at.now);
        next.version = version + 1;
        Ok(Some(Event::PersonChanged { person: Arc::new(next), created: current.is_none() }))
    }

    fn check_person(&self, next: &Person) -> Result<(), Refusal> {
        if next.first_name.is_empty() && next.last_name.is_empty() {
            return Err(Rejection::invalid("first_name", "and last_name are both empty").into());
        }
        check_name("first_name", &next.first_name)?;
        check_name("last_name", &next.last_name)?;
        if next.notes.as_ref().is_some_and(|n| n.chars().count() > limits::NOTE_CHARS_MAX) {
            return Err(Rejection::invalid("notes", "is longer than 5000 characters").into());
        }
        if let Some(family) = &next.family {
            required(self.at.facts.family(family)?, "family", family)?;
        }
        if let Some(group) = &next.group {
            required(self.at.facts.group(group)?, "group", group)?;
        }
        let Some(number) = &next.number else {
            return Ok(());
        };
        match self.at.facts.person_by_number(number)? {
            Some(other) if other.id != next.id => {
                let what = "person with number".into();
                Err(Rejection::AlreadyExists { what, id: number.clone() }.into())
            }
            _ => Ok(()),
        }
    }

    fn family(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Family);
        let mut next: Family = merged(current.as_deref(), self.id, self.fields)?;
        check_name("name", &next.name)?;
        next.created_at = next.created_at.or(Some(self.at.now));
        Ok(differs(current, next).map(Event::FamilyChanged))
    }

    fn group(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Group);
        let next: Group = merged(current.as_deref(), self.id, self.fields)?;
        check_name("name", &next.name)?;
        for teacher in next.teachers.iter().chain(&next.homeroom_teacher) {
            required(self.at.facts.account(teacher)?, "account", teacher)?;
        }
        Ok(differs(current, next).map(Event::GroupChanged))
    }

    fn gathering(&mut self, row: Option<Row>) -> Result<Option<Event>, Refusal> {
        let current = current!(row, Gathering);
        let mut next: Gathering = merged(current.as_deref(), self.id, self.fields)?;
        check_name("name", &next.name)?;
        if let Some(there) = &current {
            self.at.allow_at(Permission::ChangeGatherings, there, "change this gathering")?;
        }
        for (field, time) in [
            ("start", &next.start),
            ("end", &next.end),
            ("opens", &next.opens),
            ("closes", &next.closes),
        ] {
            if time.as_ref().is_some_and(|time| !is_time_of_day(time)) {
                return Err(Rejection::invalid(field, "must be HH:MM").into());
            }
        }
        for person in &next.roster {
            required(self.at.facts.person(person)?, "person", person)?;
        }
        if let Some(group) = &next.group {
            required(self.at.facts.group(group)?, "group", group)?;
        }
        if let Some(teacher) = &next.teacher {
            required(self.at.facts.account(teacher)?, "account", teacher)?;
        }
        next.created_at = next.created_at.or(Some(self.at.now));
        Ok(differs(current, next).map(Event::GatheringChanged))
    }
}

/// The entry with `fields` laid over it, or a rejection that names the field.
fn merged<T: Serialize + DeserializeOwned>(
    current: Option<&T>,
    id: &str,
    fields: &Map<String, Value>,
) -> Result<T, Rejection> {
    if fields.get("id").is_some_and(|named| named != id) {
        return Err(Rejection::invalid("id", "cannot be changed"));
    }
    let entry = current.map_or(Ok(Value::Object(Map::new())), serde_json::to_value);
    let mut entry = entry.map_err(|error| Rejection::invalid("fields", error.to_string()))?;
    lay_over(&mut entry, fields);
    entry["id"] = id.into();
    let next = T::deserialize(&entry).map_err(|error| misfit::<T>(&entry, &error.to_string()))?;
    owned::check(current, &next, fields)?;
    Ok(next)
}

/// RFC 7396: objects merge, `null` removes, everything else replaces.
fn lay_over(target: &mut Value, fields: &Map<String, Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in fields {
        match value {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(inner) => lay_over(target.entry(name).or_insert(Value::Null), inner),
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

fn differs<T: PartialEq>(current: Option<Arc<T>>, next: T) -> Option<Arc<T>> {
    (current.as_deref() != Some(&next)).then(|| Arc::new(next))
}

fn check_name(field: &'static str, name: &str) -> Result<(), Rejection> {
    if name.chars().count() > limits::NAME_CHARS_MAX {
        return Err(Rejection::invalid(field, "is longer than 200 characters"));
    }
    Ok(())
}

pub(crate) fn remove(at: &Situation<'_>, list: List, id: &str) -> Result<Decision, Refusal> {
    at.allow(list.permission(), &format!("remove a {}", list.entry()))?;
    let row = required(at.facts.row(&list.key(id))?, list.entry(), &id)?;
    Ok(match row {
        Row::Person(person) => {
            if at.facts.open_visit(&person.id)?.is_some() {
                return Err(in_use("person", id, "an open visit"));
            }
            let remembered = desk::remember(at, &person)?;
            let events = std::iter::once(Event::PersonRemoved(person)).chain(remembered);
            return Ok(Decision { events: events.collect(), marks: Vec::new() });
        }
        Row::Family(family) => {
            if !at.facts.people_of_family(&family.id)?.is_empty() {
                return Err(in_use("family", id, "its people"));
            }
            Event::FamilyRemoved(family)
        }
        Row::Group(group) => {
            if !at.facts.people_of_group(&group.id)?.is_empty() {
                return Err(in_use("group", id, "its people"));
            }
            Event::GroupRemoved(group)
        }
        Row::Gathering(gathering) => {
            at.allow_at(Permission::ChangeGatherings, &gathering, "remove this gathering")?;
            Event::GatheringRemoved(gathering)
        }
        Row::Account(account) => Event::AccountRemoved(account),
        _ => return Err(Rejection::invalid("list", "has nothing to remove").into()),
    }
    .into())
}

fn in_use(what: &str, id: &str, by: &str) -> Refusal {
    Rejection::InUse { what: what.into(), id: id.into(), by: by.into() }.into()
}

pub(crate) fn end_sessions(
    at: &Situation<'_>,
    account: &AccountId,
    session: Option<&SessionId>,
) -> Result<Decision, Refusal> {
    if at.by.account() != Some(account) {
        at.allow(Permission::ManageAccounts, "end another's sessions")?;
    }
    let mut open = at.facts.sessions(account)?;
    open.retain(|open| session.is_none_or(|only| *only == open.id));
    let events = open.iter().map(|open| {
        Event::SignedOut(Arc::new(Session { revoked_at: Some(at.now), ..(**open).clone() }))
    });
    Ok(Decision { events: events.collect(), marks: Vec::new() })
}

pub(crate) fn set_password(
    at: &Situation<'_>,
    account: &AccountId,
    hash: &str,
) -> Result<Decision, Refusal> {
    if at.by.account() != Some(account) {
        at.allow(Permission::ManageAccounts, "set another's password")?;
    }
    required(at.facts.account(account)?, "account", account)?;
    Ok(Event::PasswordSet { account: account.clone(), hash: hash.into() }.into())
}
