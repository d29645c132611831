//! The tape: a tenant's recent events in order. It admits them in any order, each once.

use std::collections::{BTreeMap, VecDeque};

use crate::position::Offset;

/// What became of an event that was offered to a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The head moved on; the events from here on are new.
    From(Offset),
    /// It was there already.
    Known,
    /// It waits: the events from here up to the first waiting one are missing.
    Hole(Offset),
}

/// Recent events in order, without holes. `T` is the event with whatever was made of it.
#[derive(Debug)]
pub struct Tape<T> {
    /// The offset of `entries[0]`, or the next offset if there are none.
    first: Offset,
    entries: VecDeque<T>,
    /// Events that came before their turn.
    early: BTreeMap<Offset, T>,
}

impl<T> Tape<T> {
    /// An empty tape that continues after `head`.
    #[must_use]
    pub fn new(head: Offset) -> Self {
        Self { first: head.next(), entries: VecDeque::new(), early: BTreeMap::new() }
    }

    /// The newest offset that stands on the tape (or its starting point).
    #[must_use]
    pub fn head(&self) -> Offset {
        Offset(self.first.0 + self.entries.len() as u64 - 1)
    }

    /// The offset before the oldest event: readers at or after it can be served from the tape.
    #[must_use]
    pub fn tail(&self) -> Offset {
        Offset(self.first.0 - 1)
    }

    /// Takes an event in. Order, repeats and gaps are nobody else's concern.
    pub fn admit(&mut self, offset: Offset, entry: T) -> Admitted {
        let next = self.head().next();
        if offset < next || self.early.contains_key(&offset) {
            return Admitted::Known;
        }
        if offset > next {
            self.early.insert(offset, entry);
            return Admitted::Hole(next);
        }
        self.entries.push_back(entry);
        while let Some(entry) = self.early.remove(&self.head().next()) {
            self.entries.push_back(entry);
        }
        Admitted::From(next)
    }

    /// The missing range `(first, last)` in front of the events that wait, if there is one.
    #[must_use]
    pub fn hole(&self) -> Option<(Offset, Offset)> {
        let (waiting, _) = self.early.first_key_value()?;
        Some((self.head().next(), Offset(waiting.0 - 1)))
    }

    /// The event at an offset, if it is on the tape.
    #[must_use]
    pub fn get(&self, offset: Offset) -> Option<&T> {
        let index = offset.0.checked_sub(self.first.0)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Events after `known`, oldest first. `None`: some of them are no longer on the tape.
    #[must_use]
    pub fn after(&self, known: Offset) -> Option<impl Iterator<Item = (Offset, &T)>> {
        let skip = known.next().0.checked_sub(self.first.0)?;
        let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(self.entries.len());
        let first = self.first.0;
        let offsets = (first + skip as u64..).map(Offset);
        Some(offsets.zip(self.entries.range(skip..)))
    }

    /// Lets go of the oldest events beyond `entries_max`.
    pub fn trim(&mut self, entries_max: usize) {
        while self.entries.len() > entries_max {
            self.entries.pop_front();
            self.first = self.first.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offsets(tape: &Tape<u64>, known: u64) -> Option<Vec<u64>> {
        tape.after(Offset(known)).map(|events| events.map(|(at, _)| at.0).collect())
    }

    #[test]
    fn a_tape_gives_everything_after_a_known_offset_or_says_that_it_cannot() {
        let mut tape = Tape::new(Offset(10));
        for offset in 11..=15 {
            assert_eq!(tape.admit(Offset(offset), offset), Admitted::From(Offset(offset)));
        }
        tape.trim(3);
        assert_eq!((tape.tail(), tape.head()), (Offset(12), Offset(15)));
        assert_eq!(offsets(&tape, 13), Some(vec![14, 15]));
        assert_eq!(offsets(&tape, 12), Some(vec![13, 14, 15]));
        assert_eq!(offsets(&tape, 99), Some(vec![]));
        assert_eq!(offsets(&tape, 11), None);
    }

    #[test]
    fn a_hole_is_named_and_closed() {
        let mut tape = Tape::new(Offset(0));
        assert_eq!(tape.admit(Offset(3), 3), Admitted::Hole(Offset(1)));
        assert_eq!(tape.hole(), Some((Offset(1), Offset(2))));
        assert_eq!(tape.admit(Offset(1), 1), Admitted::From(Offset(1)));
        assert_eq!(tape.admit(Offset(2), 2), Admitted::From(Offset(2)));
        assert_eq!((tape.head(), tape.hole()), (Offset(3), None));
        assert_eq!(tape.admit(Offset(2), 2), Admitted::Known);
    }

    proptest! {
        #[test]
        fn whatever_the_order_and_repeats_the_tape_is_contiguous(
            mut order in Just((1..=40u64).collect::<Vec<_>>()).prop_shuffle(),
            repeats in proptest::collection::vec(1..=40u64, 0..40),
        ) {
            order.extend(repeats);
            let mut tape = Tape::new(Offset(0));
            for offset in order {
                tape.admit(Offset(offset), offset);
            }
            prop_assert_eq!(offsets(&tape, 0), Some((1..=40).collect()));
            prop_assert!(tape.after(Offset(0)).unwrap().all(|(at, entry)| at.0 == *entry));
        }
    }
}
