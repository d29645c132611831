//! The timing wheel: when which connection wants to be woken, without a timer per connection.

use std::collections::BTreeMap;

use rollcall_core::time::Timestamp;

use super::ConnectionKey;

/// Milliseconds of one slot: finer than the gym's lanes need (G4.8), coarser than a tick costs.
const SLOT_MS: i64 = 10;

/// Connections by the slot in which they want to be woken. An entry is a hint: whoever is woken
/// looks at the time itself, so that nothing needs to be taken out again.
#[derive(Default)]
pub(super) struct Wheel {
    slots: BTreeMap<i64, Vec<ConnectionKey>>,
}

impl Wheel {
    /// Wakes `key` at `at` or within one slot after it.
    pub(super) fn set(&mut self, at: Timestamp, key: ConnectionKey) {
        let slot = at.millis().div_euclid(SLOT_MS) + 1;
        self.slots.entry(slot).or_default().push(key);
    }

    /// When the next slot is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.slots.first_key_value().map(|(slot, _)| Timestamp::from_millis(slot * SLOT_MS))
    }

    /// Takes everybody whose slot is due at `now`.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<ConnectionKey> {
        let mut due = Vec::new();
        while let Some(slot) = self.slots.first_entry() {
            if slot.key() * SLOT_MS > now.millis() {
                break;
            }
            due.append(&mut slot.remove());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_woken_early_and_all_within_a_slot() {
        let key = |index| ConnectionKey { shard: 0, index, generation: 0 };
        let mut wheel = Wheel::default();
        for (index, at) in [(1, 5), (2, 10), (3, 19), (4, 1_000)] {
            wheel.set(Timestamp::from_millis(at), key(index));
        }
        let woken = |wheel: &mut Wheel, now| {
            let due = wheel.due(Timestamp::from_millis(now));
            due.into_iter().map(|k| k.index).collect::<Vec<_>>()
        };
        assert_eq!(woken(&mut wheel, 9), Vec::<u32>::new());
        assert_eq!(woken(&mut wheel, 10), vec![1]);
        assert_eq!(woken(&mut wheel, 20), vec![2, 3]);
        assert_eq!(wheel.next(), Some(Timestamp::from_millis(1_010)));
        assert_eq!(woken(&mut wheel, 1_010), vec![4]);
    }
}
