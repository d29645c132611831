//! The lists of the file, each entry as the row that it becomes.

use std::{collections::HashMap, sync::Arc};

use rollcall_core::{
    desk::Visit,
    document::Document,
    facts::Row,
    id::{
        AccountId, DocumentId, DocumentKind, FamilyId, GatheringId, GroupId, PersonId, TenantId,
        VisitId,
    },
    people::{Account, Family, Gathering, Group, HeadcountMode, Person, PersonKind, Tenant},
    rejection::Rejection,
    sheet::{Headcount, Mark, Sheet},
    time::Timestamp,
};

use super::{FileError, Placed, entry::Entry};

/// Every key of the file.
const LISTS: &[&str] = &[
    "tenant",
    "accounts",
    "families",
    "groups",
    "people",
    "gatherings",
    "sheets",
    "visits",
    "documents",
];

/// What has been read so far.
pub(super) struct Reading {
    now: Timestamp,
    pub(super) rows: Vec<Placed>,
    pub(super) clear: Vec<(AccountId, String)>,
    kinds: HashMap<PersonId, PersonKind>,
    modes: HashMap<GatheringId, HeadcountMode>,
    sheets: u64,
}

impl Reading {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            rows: Vec::new(),
            clear: Vec::new(),
            kinds: HashMap::new(),
            modes: HashMap::new(),
            sheets: 0,
        }
    }

    /// Reads every list; says whose file it is.
    pub(super) fn file(&mut self, mut file: Entry) -> Result<TenantId, FileError> {
        let tenant = file.take("tenant").ok_or_else(|| FileError::new("tenant", "is missing"))?;
        let tenant = self.tenant(Entry::new("tenant".into(), tenant)?)?;
        type Read = fn(&mut Reading, Entry) -> Result<(), FileError>;
        let lists: [(&str, Read); 8] = [
            ("families", Self::family),
            ("groups", Self::group),
            ("people", Self::person),
            ("accounts", Self::account),
            ("gatherings", Self::gathering),
            ("sheets", Self::sheet),
            ("visits", Self::visit),
            ("documents", Self::document),
        ];
        for (list, read) in lists {
            for entry in file.take_list(list)? {
                read(self, entry)?;
            }
        }
        file.finish(LISTS)?;
        Ok(tenant)
    }

    fn keep(&mut self, path: String, row: Row) {
        self.rows.push(Placed { path, row });
    }

    fn tenant(&mut self, mut entry: Entry) -> Result<TenantId, FileError> {
        entry.default_for_null(&["time_zone", "settings"]);
        let path = entry.path.clone();
        let tenant: Tenant = entry.read()?;
        checked(&path, TenantId::parse("id", tenant.id.as_str()))?;
        let id = tenant.id.clone();
        self.keep(path, Row::Tenant(Arc::new(tenant)));
        Ok(id)
    }

    fn account(&mut self, mut entry: Entry) -> Result<(), FileError> {
        let clear = entry.take_text("password")?;
        let hash = entry.take_text("password_hash")?;
        entry.default_for_null(&["first_name", "last_name", "active", "gatherings", "groups"]);
        entry.or("created_at", self.now.to_string());
        let (path, password) = (entry.path.clone(), entry.at("password"));
        let account: Account = entry.read()?;
        checked(&path, AccountId::parse("id", account.id.as_str()))?;
        let id = account.id.clone();
        self.keep(path, Row::Account(Arc::new(account)));
        match (clear, hash) {
            (Some(_), Some(_)) => {
                return Err(FileError::new(password, "and password_hash exclude each other"));
            }
            (Some(clear), None) if clear.is_empty() => {
                return Err(FileError::new(password, "must not be empty"));
            }
            (Some(clear), None) => self.clear.push((id, clear)),
            (None, Some(hash)) if !is_phc(&hash) => {
                let why = "is not a PHC string ($algorithm$parameters$salt$hash)";
                return Err(FileError::new(format!("{password}_hash"), why));
            }
            (None, Some(hash)) => self.keep(password, Row::Password(id, hash.into())),
            (None, None) => {}
        }
        Ok(())
    }

    fn family(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.default_for_null(&["kind"]);
        entry.or("created_at", self.now.to_string());
        let path = entry.path.clone();
        let family: Family = entry.read()?;
        checked(&path, FamilyId::parse("id", family.id.as_str()))?;
        self.keep(path, Row::Family(Arc::new(family)));
        Ok(())
    }

    fn group(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.default_for_null(&["teachers"]);
        let path = entry.path.clone();
        let group: Group = entry.read()?;
        checked(&path, GroupId::parse("id", group.id.as_str()))?;
        self.keep(path, Row::Group(Arc::new(group)));
        Ok(())
    }

    fn person(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.default_for_null(&[
            "first_name",
            "last_name",
            "kind",
            "child",
            "status",
            "guardians",
            "version",
        ]);
        entry.or("created_at", self.now.to_string());
        let path = entry.path.clone();
        let person: Person = entry.read()?;
        checked(&path, PersonId::parse("id", person.id.as_str()))?;
        self.kinds.insert(person.id.clone(), person.kind);
        self.keep(path, Row::Person(Arc::new(person)));
        Ok(())
    }

    fn gathering(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.default_for_null(&[
            "kind",
            "days_of_week",
            "roster",
            "kiosk",
            "headcount_mode",
            "active",
        ]);
        entry.or("created_at", self.now.to_string());
        let path = entry.path.clone();
        let gathering: Gathering = entry.read()?;
        checked(&path, GatheringId::parse("id", gathering.id.as_str()))?;
        for (field, time) in [
            ("start", &gathering.start),
            ("end", &gathering.end),
            ("opens", &gathering.opens),
            ("closes", &gathering.closes),
        ] {
            if time.as_deref().is_some_and(|time| !rollcall_core::time::is_time_of_day(time)) {
                return Err(FileError::new(format!("{path}.{field}"), "must be HH:MM"));
            }
        }
        self.modes.insert(gathering.id.clone(), gathering.headcount_mode);
        self.keep(path, Row::Gathering(Arc::new(gathering)));
        Ok(())
    }

    /// A sheet and what stands on it. Sheets are numbered from 1 in the order of the file.
    fn sheet(&mut self, mut entry: Entry) -> Result<(), FileError> {
        let (marks, headcounts) = (entry.take_list("marks")?, entry.take_list("headcounts")?);
        if entry.has("number") {
            let why = "is an unknown key: sheets are numbered in the order of the file";
            return Err(FileError::new(entry.at("number"), why));
        }
        self.sheets += 1;
        entry.or("number", self.sheets);
        entry.or("at", self.now.to_string());
        entry.default_for_null(&["headcount_mode", "roster_taken", "excluded"]);
        let (path, mode_given) = (entry.path.clone(), entry.has("headcount_mode"));
        let mut sheet: Sheet = entry.read()?;
        if !mode_given {
            sheet.headcount_mode = self.modes.get(&sheet.gathering).copied().unwrap_or_default();
        }
        let (gathering, date) = (sheet.gathering.clone(), sheet.date);
        self.keep(path, Row::Sheet(Arc::new(sheet)));
        for mark in marks {
            let (path, mark) = self.mark(mark)?;
            self.keep(path, Row::Mark(gathering.clone(), date, Arc::new(mark)));
        }
        for mut headcount in headcounts {
            headcount.or("at", self.now.to_string());
            let path = headcount.path.clone();
            let headcount: Headcount = headcount.read()?;
            self.keep(path, Row::Headcount(gathering.clone(), date, Arc::new(headcount)));
        }
        Ok(())
    }

    fn mark(&self, mut entry: Entry) -> Result<(String, Mark), FileError> {
        entry.or("at", self.now.to_string());
        entry.or("version", 1);
        entry.default_for_null(&["kind", "from_roster", "recent"]);
        let (path, kind_given) = (entry.path.clone(), entry.has("kind"));
        let mut mark: Mark = entry.read()?;
        if !kind_given {
            mark.kind = self.kinds.get(&mark.person).copied().unwrap_or_default();
        }
        Ok((path, mark))
    }

    fn visit(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.default_for_null(&["location", "notes"]);
        let path = entry.path.clone();
        let visit: Visit = entry.read()?;
        checked(&path, VisitId::parse("id", visit.id.as_str()))?;
        if visit.check_out.is_some_and(|out| out < visit.check_in) {
            return Err(FileError::new(format!("{path}.check_out"), "is before check_in"));
        }
        self.keep(path, Row::Visit(Arc::new(visit)));
        Ok(())
    }

    fn document(&mut self, mut entry: Entry) -> Result<(), FileError> {
        entry.or("version", 1);
        entry.or("at", self.now.to_string());
        let path = entry.path.clone();
        let document: Document = entry.read()?;
        checked(&path, DocumentKind::parse("kind", document.kind.as_str()))?;
        checked(&path, DocumentId::parse("id", document.id.as_str()))?;
        self.keep(path, Row::Document(Arc::new(document)));
        Ok(())
    }
}

/// An id's own check, with the entry's place.
fn checked<T>(path: &str, id: Result<T, Rejection>) -> Result<(), FileError> {
    match id {
        Ok(_) => Ok(()),
        Err(Rejection::Invalid { field, why }) => {
            Err(FileError::new(format!("{path}.{field}"), why))
        }
        Err(other) => Err(FileError::new(path, other.to_string())),
    }
}

/// Whether a text has the shape `$algorithm$…$…`: what it means is judged at sign-in.
fn is_phc(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('$') else { return false };
    let parts: Vec<_> = inner.split('$').collect();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    parts.len() >= 3 && parts.iter().all(plain)
}
