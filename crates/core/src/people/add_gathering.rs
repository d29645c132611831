//! Decides `AddGathering`: a gathering under the next number, its founder assigned to it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Account, change};
use crate::{
    command::{Expect, List},
    decide::{Decision, Situation},
    event::Event,
    rejection::Refusal,
};

pub(crate) fn add_gathering(
    at: &Situation<'_>,
    fields: &Map<String, Value>,
) -> Result<Decision, Refusal> {
    let mut decision = change(at, List::Gatherings, None, fields, Expect::Numbered, None)?;
    let made = decision.events.iter().find_map(|event| match event {
        Event::GatheringChanged(gathering) => Some(gathering.id.clone()),
        _ => None,
    });
    // A coordinator would otherwise not see what they have just made (church 8.8).
    if let (Some(founder), Some(id)) = (at.account()?, made) {
        let mut account: Account = (*founder).clone();
        account.gatherings.push(id);
        decision.events.push(Event::AccountChanged(Arc::new(account)));
    }
    Ok(decision)
}
