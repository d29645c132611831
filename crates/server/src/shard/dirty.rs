//! Which connections have something to send at the end of the turn.

use rollcall_core::position::Offset;

use super::ConnectionKey;

/// The list of them. It stands apart from the connections, small and in the order of their
/// places: to mark a thousand members of a room reads none of them.
#[derive(Default)]
pub(super) struct Dirty {
    /// Each once, in the order in which they were marked.
    keys: Vec<ConnectionKey>,
    /// For each place: 0, or one more than the offset up to which its connection need not look.
    marks: Vec<u64>,
}

impl Dirty {
    pub(super) const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Puts a connection on the list. If it has everything so far, it need not look at what
    /// stands up to `known`.
    pub(super) fn mark(&mut self, key: ConnectionKey, known: Offset) {
        let place = key.index as usize;
        if self.marks.len() <= place {
            self.marks.resize(place + 1, 0);
        }
        let (mark, new) = (&mut self.marks[place], known.0 + 1);
        if *mark == 0 {
            *mark = new;
            self.keys.push(key);
        } else {
            *mark = new.min(*mark);
        }
    }

    /// Takes the list. Those on it stay marked until they are [`Self::done`].
    pub(super) fn take(&mut self) -> Vec<ConnectionKey> {
        std::mem::take(&mut self.keys)
    }

    /// Up to where a marked connection need not look.
    pub(super) fn known(&self, key: ConnectionKey) -> Offset {
        let mark = self.marks.get(key.index as usize).copied();
        Offset(mark.unwrap_or_default().saturating_sub(1))
    }

    /// A connection has been given what there was, or its place is somebody else's now.
    pub(super) fn done(&mut self, key: ConnectionKey) {
        if let Some(mark) = self.marks.get_mut(key.index as usize) {
            *mark = 0;
        }
    }

    /// Gives memory back when nobody is left.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(index: u32, generation: u32) -> ConnectionKey {
        ConnectionKey { shard: 0, index, generation }
    }

    #[test]
    fn each_stands_on_the_list_once_and_looks_from_the_earliest_mark_on() {
        let mut dirty = Dirty::default();
        dirty.mark(key(7, 1), Offset(9));
        dirty.mark(key(2, 1), Offset(9));
        dirty.mark(key(7, 1), Offset(12));
        assert_eq!(dirty.known(key(7, 1)), Offset(9));
        dirty.mark(key(2, 1), Offset(0));
        assert_eq!(dirty.known(key(2, 1)), Offset(0), "asked for anything at all");
        assert_eq!(dirty.take(), [key(7, 1), key(2, 1)]);
        assert!(dirty.is_empty());
    }

    #[test]
    fn what_marks_a_connection_while_it_is_served_does_not_have_it_come_again() {
        let mut dirty = Dirty::default();
        dirty.mark(key(1, 1), Offset(0));
        for key in dirty.take() {
            dirty.mark(key, Offset(0));
            dirty.done(key);
        }
        assert!(dirty.is_empty());
        dirty.mark(key(1, 1), Offset(3));
        assert_eq!(dirty.take(), [key(1, 1)]);
    }

    #[test]
    fn who_comes_to_a_place_is_not_taken_for_who_was_there() {
        let mut dirty = Dirty::default();
        dirty.mark(key(1, 1), Offset(0));
        dirty.done(key(1, 1));
        dirty.mark(key(1, 2), Offset(0));
        assert_eq!(dirty.take(), [key(1, 1), key(1, 2)]);
    }
}
