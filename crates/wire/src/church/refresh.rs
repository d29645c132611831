//! Sheets told anew to a client whose session could not be recovered (2.20): it does not load
//! them again by itself.

use rollcall_core::{facts::Facts, id::GatheringId, sheet::sheet_people, time::Date};

use super::{
    encode::full_refresh,
    read::Place,
    session::{Owed, Session},
};
use crate::conversation::{Effect, Followed, From, Moment, Outbox};

impl Session {
    /// These sheets the account was busy with, the latest first.
    pub(super) fn recalled(
        &mut self,
        sheets: Vec<(GatheringId, Date)>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let places = sheets.into_iter().rev().map(|(gathering, date)| Place { gathering, date });
        let places = places.filter(|place| self.sees(&place.gathering)).collect();
        self.owed = Some(Box::new(Owed::Rest(places)));
        self.refresh_next(at, out);
    }

    /// Asks for the next sheet, one after the other: each as of a place in the log, between the
    /// events before and after it.
    fn refresh_next(&mut self, at: &Moment, out: &mut Outbox) {
        let Some(Owed::Rest(places)) = self.owed.as_deref_mut() else { return };
        let Some(place) = places.pop() else {
            self.owed = None;
            return;
        };
        let (ticket, now) = (self.ticket(), at.now);
        let look = self.look_at(place, move |facts: &dyn Facts, place, found| {
            let people = sheet_people(facts, found, place.date, now)?;
            Ok(full_refresh(&people, &place.gathering, place.date, now))
        });
        out.push(Effect::Follow { ticket, rooms: Vec::new(), from: From::Snapshot(look) });
    }

    /// Following goes on: with other rooms, after a replay, or after a sheet told anew. `false`:
    /// it does not, and the client must come back.
    pub(super) fn went_on(&mut self, followed: Followed, at: &Moment, out: &mut Outbox) -> bool {
        match followed {
            // A narrower or wider following; what comes is judged by the session's rooms anyway.
            Followed::Live(_) | Followed::Recovering(_) => true,
            Followed::Snapshot { snapshot, reset: None, .. } => {
                // A gathering that is gone by now has no sheet to tell.
                if let Ok(message) = snapshot {
                    out.send(message);
                }
                self.refresh_next(at, out);
                true
            }
            Followed::Snapshot { .. } | Followed::Fault => false,
        }
    }
}
