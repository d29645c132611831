//! `/api/attendance/headcount/…` (8.19).

mod correct;
mod mode;
mod show;
mod update;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post, put},
};
use rollcall_core::{
    facts::Facts,
    id::AccountId,
    people::{GatheringKind, HeadcountMode},
    rejection::Rejection,
    sheet::{Headcount, Sheet, headcount_of},
};
use rollcall_wire::church::{
    read::Place,
    shape::{Number, StoredTime, mode_named},
};
use serde_json::{Value, json};

use super::super::Here;
use crate::api::church::{
    caller,
    input::Body,
    refused::{Answered, Refused},
};

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/attendance/headcount/{g}/{d}", get(show::show))
        .route("/api/attendance/headcount/update/{g}/{d}", post(update::update))
        .route("/api/attendance/headcount/mode/{g}/{d}", put(mode::mode))
        .route("/api/attendance/headcount/update-user/{g}/{d}/{id}", post(correct::correct))
}

/// A sheet's numbers, with the names of those who counted.
struct Counts {
    sheet: Option<Arc<Sheet>>,
    all: Vec<Headcount>,
    names: Vec<String>,
}

impl Counts {
    fn of(facts: &dyn Facts, place: &Place) -> Answered<Self> {
        let gathering = caller::gathering(facts, &place.gathering)?;
        if gathering.kind != GatheringKind::Headcount {
            return Err(Rejection::invalid("gathering", "counts no heads").into());
        }
        let all = facts.headcounts(&place.gathering, place.date)?;
        let all: Vec<_> = all.iter().map(|count| (**count).clone()).collect();
        let mut names = Vec::new();
        for count in &all {
            let account = facts.account(&count.by)?;
            names.push(account.map(|account| account.display_name()).unwrap_or_default());
        }
        Ok(Self { sheet: facts.sheet(&place.gathering, place.date)?, all, names })
    }

    fn mode(&self) -> HeadcountMode {
        self.sheet.as_ref().map(|sheet| sheet.headcount_mode).unwrap_or_default()
    }

    fn own(&self, account: &AccountId) -> Option<&Headcount> {
        self.all.iter().find(|count| count.by == *account)
    }

    /// The number that an account sees.
    fn shown(&self, mode: HeadcountMode, account: &AccountId) -> u32 {
        headcount_of(mode, &self.all, Some(account)).unwrap_or(0)
    }

    fn own_count(&self, account: &AccountId) -> u32 {
        self.own(account).map_or(0, |count| count.count)
    }

    /// `otherUsers`: the account itself first, then the others by name; in `separate` without
    /// oneself.
    fn others(&self, mode: HeadcountMode, account: &AccountId) -> Vec<Value> {
        let mut all: Vec<_> = self.all.iter().zip(&self.names).collect();
        all.retain(|(count, _)| mode != HeadcountMode::Separate || count.by != *account);
        all.sort_by_cached_key(|(count, name)| (count.by != *account, name.to_lowercase()));
        all.into_iter()
            .map(|(count, name)| {
                let own = count.by == *account;
                json!({
                    "userId": Number(count.by.as_str()),
                    "name": if own { "You" } else { name },
                    "headcount": count.count,
                    "lastUpdated": StoredTime(count.at),
                    "isCurrentUser": own,
                })
            })
            .collect()
    }
}

/// The number of heads in a body.
fn heads(body: &Body) -> Answered<u32> {
    let count = body.get("headcount").and_then(Value::as_u64);
    let count = count.and_then(|count| u32::try_from(count).ok());
    count
        .filter(|count| *count <= rollcall_core::limits::HEADCOUNT_MAX)
        .ok_or_else(|| Refused::bad("Valid headcount number is required."))
}

/// The mode that a text names; none for no text.
fn mode_of(value: Option<&Value>) -> Answered<Option<HeadcountMode>> {
    let Some(value) = value else { return Ok(None) };
    let mode = value.as_str().and_then(mode_named);
    mode.map(Some)
        .ok_or_else(|| Refused::bad("Invalid mode. Must be separate, combined, or averaged."))
}
