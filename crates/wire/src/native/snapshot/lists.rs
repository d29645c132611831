//! What the rooms of lists hold: the entries themselves, as their events carry them.

use std::sync::Arc;

use rollcall_core::{
    audience::Keys,
    document::Document,
    facts::Facts,
    id::{AccountId, DocumentKind},
    people::{Account, Family, Gathering, Group, Person, Role, Tenant},
    rejection::Fault,
};
use serde::Serialize;

/// The lists of one room.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Lists {
    People { people: Vec<Arc<Person>>, families: Vec<Arc<Family>>, groups: Vec<Arc<Group>> },
    Gatherings { gatherings: Vec<Arc<Gathering>> },
    Accounts { tenant: Option<Arc<Tenant>>, accounts: Vec<Brief> },
    Documents { documents: Vec<Arc<Document>> },
}

/// An account as a list shows it.
#[derive(Serialize)]
pub(super) struct Brief {
    id: AccountId,
    name: String,
    role: Role,
    active: bool,
}

pub(super) fn people(facts: &dyn Facts) -> Result<Lists, Fault> {
    Ok(Lists::People {
        people: facts.people()?,
        families: facts.families()?,
        groups: facts.groups()?,
    })
}

pub(super) fn gatherings(facts: &dyn Facts, account: &Account) -> Result<Lists, Fault> {
    let mut gatherings = Vec::new();
    for gathering in facts.gatherings()? {
        if account.sees(&gathering, facts)? {
            gatherings.push(gathering);
        }
    }
    Ok(Lists::Gatherings { gatherings })
}

pub(super) fn accounts(facts: &dyn Facts) -> Result<Lists, Fault> {
    let accounts = facts.accounts()?;
    let accounts = accounts.iter().map(|account| Brief {
        id: account.id.clone(),
        name: account.display_name(),
        role: account.role,
        active: account.active,
    });
    Ok(Lists::Accounts { tenant: facts.tenant()?, accounts: accounts.collect() })
}

pub(super) fn documents(
    facts: &dyn Facts,
    account: &Account,
    kind: &DocumentKind,
) -> Result<Lists, Fault> {
    let mut documents = facts.documents(kind)?;
    // What a kiosk of a gathering left is seen as the gathering is.
    let keys = Keys::of(account, &[]);
    documents.retain(|document| keys.hears(&document.audience()));
    Ok(Lists::Documents { documents })
}
