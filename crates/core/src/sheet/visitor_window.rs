//! Which visitors are still expected: those who were at one of the latest sheets (church 7.8).

use std::collections::HashMap;

use crate::{
    facts::Facts,
    id::{GatheringId, PersonId},
    people::{PersonKind, VisitorWindow},
    rejection::Fault,
    time::Date,
};

/// On which of the latest sheets of a gathering somebody was last there.
pub(super) struct LastSeen {
    window: VisitorWindow,
    /// How many sheets back (0: the latest), and on which date.
    seen: HashMap<PersonId, (usize, Date)>,
}

impl LastSeen {
    /// Looks back from `date`; sheets that statistics leave out do not count.
    pub fn up_to(
        facts: &dyn Facts,
        gathering: &GatheringId,
        date: Date,
        window: VisitorWindow,
    ) -> Result<Self, Fault> {
        let mut seen = HashMap::new();
        let back_max = window.local_sheets.max(window.traveller_sheets);
        let mut counted = facts.sheets(gathering)?;
        counted.retain(|sheet| sheet.date <= date && !sheet.excluded);
        for (back, sheet) in counted.iter().take(back_max).enumerate() {
            for mark in facts.marks(gathering, sheet.date)? {
                if mark.status.attends() {
                    seen.entry(mark.person.clone()).or_insert((back, sheet.date));
                }
            }
        }
        Ok(Self { window, seen })
    }

    /// Nobody was seen anywhere: for lists that belong to no gathering.
    pub fn nowhere() -> Self {
        Self { window: VisitorWindow::default(), seen: HashMap::new() }
    }

    /// Whether somebody of that kind was there recently enough.
    pub fn expects(&self, person: &PersonId, kind: PersonKind) -> bool {
        let sheets = match kind {
            PersonKind::TravellerVisitor => self.window.traveller_sheets,
            _ => self.window.local_sheets,
        };
        self.seen.get(person).is_some_and(|(back, _)| *back < sheets)
    }

    /// The last date among the sheets looked at.
    pub fn date(&self, person: &PersonId) -> Option<Date> {
        self.seen.get(person).map(|(_, date)| *date)
    }
}
