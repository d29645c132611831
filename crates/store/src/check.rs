//! Finds wrong totals before anybody else does: rebuilds a tenant's rows from its log and compares.

use rollcall_core::{
    event::Event,
    facts::{Facts, Key, Series},
    id::TenantId,
    position::{Offset, Position},
    rejection::Fault,
};

use crate::{Store, View, kept::Kept, names};

/// Events read at once.
const PAGE_EVENTS: usize = 1_024;

/// How a kept row differs from what the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The log makes this row, but it is not kept.
    Missing(Key),
    /// The row is kept, but the log does not make it.
    Extra(Key),
    /// The row is kept with another content.
    Differs(Key),
    /// The next number of a series is too small: a number could be used twice.
    Number(Series),
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where the log stood.
    pub position: Position,
    /// How many events were read.
    pub events: u64,
    /// Offsets that should be in the log and are not, or the first one that is out of order.
    pub holes: Vec<Offset>,
    /// Offsets of events that cannot be applied, with the reason.
    pub unsound: Vec<(Offset, String)>,
    /// Rows that differ, in the order of keys.
    pub differences: Vec<Difference>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.holes.is_empty() && self.unsound.is_empty() && self.differences.is_empty()
    }
}

/// Checks one tenant in one consistent look; `None` if it is not there.
///
/// # Errors
/// The store broke.
pub fn check(store: &dyn Store, tenant: &TenantId) -> Result<Option<Report>, Fault> {
    let mut report = None;
    store.look(tenant, &mut |view| {
        report = Some(check_view(view)?);
        Ok(())
    })?;
    Ok(report)
}

fn check_view(view: &dyn View) -> Result<Report, Fault> {
    let mut report = Report {
        position: view.position(),
        events: 0,
        holes: Vec::new(),
        unsound: Vec::new(),
        differences: Vec::new(),
    };
    let kept = rebuild(view, &mut report)?;
    report.differences = differences(view, &kept)?;
    Ok(report)
}

fn rebuild(view: &dyn View, report: &mut Report) -> Result<Kept, Fault> {
    let (mut kept, mut next, mut upto) = (Kept::default(), Offset(1), Offset(0));
    let head = report.position.offset;
    while upto < head {
        let page = view.log(upto, PAGE_EVENTS, None)?;
        for event in &page.events {
            report.holes.extend((next.0..event.offset.0).map(Offset));
            next = event.offset.next();
            report.events += 1;
            if let Err(fault) = kept.apply(Event::changes(&event.event)) {
                report.unsound.push((event.offset, fault.0));
            }
        }
        // A store that makes no progress is broken too; do not read it forever.
        upto = page.upto.max(upto.next());
    }
    report.holes.extend((next.0..=head.0).map(Offset));
    Ok(kept)
}

fn differences(view: &dyn View, kept: &Kept) -> Result<Vec<Difference>, Fault> {
    let rows = view.everything()?;
    let mut found: Vec<_> = rows.iter().map(|row| (row.key(), row)).collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (mut found, mut wanted) = (found.into_iter().peekable(), kept.iter().peekable());
    let mut differences = Vec::new();
    loop {
        let next = match (found.peek(), wanted.peek()) {
            (None, None) => break,
            (Some((there, _)), Some((want, _))) => there.cmp(want),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
        };
        let there = found.next_if(|_| next.is_le());
        let want = wanted.next_if(|_| next.is_ge());
        match (there, want) {
            (Some((key, _)), None) => differences.push(Difference::Extra(key)),
            (None, Some((key, _))) => differences.push(Difference::Missing(key.clone())),
            (Some((key, row)), Some((_, want))) if row != want => {
                differences.push(Difference::Differs(key));
            }
            _ => {}
        }
    }
    for series in names::ALL_SERIES {
        if view.next_number(series)? < kept.next_number(series)? {
            differences.push(Difference::Number(series));
        }
    }
    Ok(differences)
}
