//! A tenant as a file again, so that it can be read back (T3).

use std::{collections::HashMap, sync::Arc};

use rollcall_core::{
    desk::Visit,
    document::Document,
    facts::Row,
    id::{AccountId, GatheringId},
    people::{Account, Family, Gathering, Group, HeadcountMode, Person, Tenant},
    rejection::Fault,
    sheet::{Headcount, Mark, Sheet},
    time::{Date, Timestamp},
};
use serde::Serialize;

use super::references::{link, settle};
use crate::View;

#[derive(Default, Serialize)]
struct File {
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Arc<Tenant>>,
    accounts: Vec<AccountEntry>,
    families: Vec<Arc<Family>>,
    groups: Vec<Arc<Group>>,
    people: Vec<Arc<Person>>,
    gatherings: Vec<Arc<Gathering>>,
    sheets: Vec<SheetEntry>,
    visits: Vec<Arc<Visit>>,
    documents: Vec<Arc<Document>>,
}

#[derive(Serialize)]
struct AccountEntry {
    #[serde(flatten)]
    account: Arc<Account>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<Arc<str>>,
}

/// A sheet with what stands on it; its number is its place in the file.
#[derive(Serialize)]
struct SheetEntry {
    #[serde(skip)]
    number: u64,
    gathering: GatheringId,
    date: Date,
    headcount_mode: HeadcountMode,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    roster_taken: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    excluded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<AccountId>,
    at: Timestamp,
    marks: Vec<Arc<Mark>>,
    headcounts: Vec<Arc<Headcount>>,
}

/// Writes the tenant file of what a view sees. A file holds no reference to what is not in it, so
/// what belonged to removed persons or gatherings is left out; the log (a backup) still has it.
/// Sign-ins are no part of a file.
///
/// # Errors
/// The store broke.
pub fn export(view: &dyn View) -> Result<String, Fault> {
    let mut rows = view.everything()?;
    let keys: std::collections::HashSet<_> = rows.iter().map(Row::key).collect();
    rows.retain_mut(|row| settle(row, &|key| keys.contains(key), &mut |_| {}));
    let _ = link(&mut rows.iter_mut().collect::<Vec<_>>());
    let mut text = serde_json::to_string_pretty(&File::of(rows))
        .map_err(|error| Fault(format!("a row cannot be written: {error}")))?;
    text.push('\n');
    Ok(text)
}

impl File {
    /// `rows` come in the order of keys: accounts before their passwords, sheets before marks.
    fn of(rows: Vec<Row>) -> Self {
        let mut file = Self::default();
        let mut accounts = HashMap::new();
        let mut sheets = HashMap::new();
        for row in rows {
            match row {
                Row::Tenant(tenant) => file.tenant = Some(tenant),
                Row::Account(account) => {
                    accounts.insert(account.id.clone(), file.accounts.len());
                    file.accounts.push(AccountEntry { account, password_hash: None });
                }
                Row::Password(account, hash) => {
                    if let Some(place) = accounts.get(&account) {
                        file.accounts[*place].password_hash = Some(hash);
                    }
                }
                Row::Session(_) => {}
                Row::Person(person) => file.people.push(person),
                Row::Family(family) => file.families.push(family),
                Row::Group(group) => file.groups.push(group),
                Row::Gathering(gathering) => file.gatherings.push(gathering),
                Row::Sheet(sheet) => {
                    sheets.insert((sheet.gathering.clone(), sheet.date), file.sheets.len());
                    file.sheets.push(SheetEntry::of(&sheet));
                }
                Row::Mark(gathering, date, mark) => {
                    if let Some(place) = sheets.get(&(gathering, date)) {
                        file.sheets[*place].marks.push(mark);
                    }
                }
                Row::Headcount(gathering, date, headcount) => {
                    if let Some(place) = sheets.get(&(gathering, date)) {
                        file.sheets[*place].headcounts.push(headcount);
                    }
                }
                Row::Visit(visit) => file.visits.push(visit),
                Row::Document(document) => file.documents.push(document),
            }
        }
        file.sheets.sort_by_key(|sheet| sheet.number);
        file
    }
}

impl SheetEntry {
    fn of(sheet: &Sheet) -> Self {
        Self {
            number: sheet.number,
            gathering: sheet.gathering.clone(),
            date: sheet.date,
            headcount_mode: sheet.headcount_mode,
            roster_taken: sheet.roster_taken,
            excluded: sheet.excluded,
            by: sheet.by.clone(),
            at: sheet.at,
            marks: Vec::new(),
            headcounts: Vec::new(),
        }
    }
}
