//! Who is connected to a room now, and what they edit. Derived from connections, never stored.

use std::{collections::BTreeMap, sync::Arc};

use crate::{id::AccountId, people::Account, time::Timestamp};

/// How long a change may wait so that others can join it in one message: a reload leaves and
/// joins within this time and is then no change at all.
const DEBOUNCE_MS: i64 = 300;

/// One account in a room, however many connections it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceMember {
    /// Who, as all that know the account share it. A dialect decides what others see of it.
    pub account: Arc<Account>,
    /// What the account edits now, in the client's own words (a person's id, say).
    pub editing: Option<Box<str>>,
}

/// The presence of one room.
#[derive(Debug)]
pub struct PresenceRoom<C> {
    /// By connection, so that two tabs of one account are one member.
    connections: BTreeMap<C, PresenceMember>,
    changed_at: Option<Timestamp>,
    told: Vec<PresenceMember>,
    /// Told after every change of connections, though the members be the same.
    always: bool,
}

impl<C> Default for PresenceRoom<C> {
    fn default() -> Self {
        Self { connections: BTreeMap::new(), changed_at: None, told: Vec::new(), always: false }
    }
}

impl<C: Ord> PresenceRoom<C> {
    /// A connection joined, or now edits something else.
    pub fn set(&mut self, connection: C, member: PresenceMember, now: Timestamp) {
        if self.connections.get(&connection) != Some(&member) {
            self.connections.insert(connection, member);
            self.changed_at.get_or_insert(now);
        }
    }

    /// A connection left.
    pub fn leave(&mut self, connection: C, now: Timestamp) {
        if self.connections.remove(&connection).is_some() {
            self.changed_at.get_or_insert(now);
        }
    }

    /// Everybody here, each account once, by account. An account edits what any of its
    /// connections edits.
    #[must_use]
    pub fn members(&self) -> Vec<PresenceMember> {
        let mut members: BTreeMap<&AccountId, PresenceMember> = BTreeMap::new();
        for member in self.connections.values() {
            let entry = members.entry(&member.account.id).or_insert_with(|| member.clone());
            if entry.editing.is_none() {
                entry.editing.clone_from(&member.editing);
            }
        }
        members.into_values().collect()
    }

    /// When the room has something to tell, if it has.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.changed_at.map(|at| at.plus_ms(DEBOUNCE_MS))
    }

    /// The members to tell everybody now, if they differ from what was told last or are told always.
    pub fn tell(&mut self, now: Timestamp) -> Option<Vec<PresenceMember>> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        self.changed_at = None;
        let members = self.members();
        if members == self.told && !self.always {
            return None;
        }
        self.told.clone_from(&members);
        Some(members)
    }

    /// Whether nobody is here and nobody must be told so.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.connections.is_empty() && self.changed_at.is_none()
    }
}

/// The presence of all rooms that have members; `R` names a room, `C` a connection.
#[derive(Debug)]
pub struct Presence<R, C> {
    rooms: BTreeMap<R, PresenceRoom<C>>,
}

impl<R, C> Default for Presence<R, C> {
    fn default() -> Self {
        Self { rooms: BTreeMap::new() }
    }
}

impl<R: Ord + Clone, C: Ord> Presence<R, C> {
    /// A connection joined a room, or now edits something else there.
    pub fn set(&mut self, room: R, connection: C, member: PresenceMember, now: Timestamp) {
        self.rooms.entry(room).or_default().set(connection, member, now);
    }

    /// A connection joined a room, maybe once more, whose members are told after every joining and
    /// leaving from now on.
    pub fn always_tell(&mut self, room: &R, now: Timestamp) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.always = true;
            room.changed_at.get_or_insert(now);
        }
    }

    /// A connection left a room.
    pub fn leave(&mut self, room: &R, connection: C, now: Timestamp) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.leave(connection, now);
        }
    }

    /// Everybody in a room now.
    #[must_use]
    pub fn members(&self, room: &R) -> Vec<PresenceMember> {
        self.rooms.get(room).map(PresenceRoom::members).unwrap_or_default()
    }

    /// How many connections are in a room now.
    #[must_use]
    pub fn connections(&self, room: &R) -> usize {
        self.rooms.get(room).map_or(0, |room| room.connections.len())
    }

    /// When some room has something to tell, if one has.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.rooms.values().filter_map(PresenceRoom::due).min()
    }

    /// What must be told now, room by room.
    pub fn tell(&mut self, now: Timestamp) -> Vec<(R, Vec<PresenceMember>)> {
        let told = self
            .rooms
            .iter_mut()
            .filter_map(|(name, room)| Some((name.clone(), room.tell(now)?)))
            .collect();
        self.rooms.retain(|_, room| !room.is_over());
        told
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(account: &str, editing: Option<&str>) -> PresenceMember {
        PresenceMember {
            account: Arc::new(
                serde_json::from_value(json!({"id": account, "role": "staff"})).unwrap(),
            ),
            editing: editing.map(Into::into),
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_reload_is_no_news() {
        let mut presence = Presence::default();
        presence.set("desk", 1, member("ann", None), at(0));
        assert_eq!(presence.tell(at(299)), vec![]);
        assert_eq!(presence.tell(at(300)), vec![("desk", vec![member("ann", None)])]);
        presence.leave(&"desk", 1, at(1_000));
        presence.set("desk", 2, member("ann", None), at(1_200));
        assert_eq!(presence.tell(at(1_300)), vec![]);
    }

    #[test]
    fn church_4_3_every_joining_and_leaving_is_told_where_that_is_wanted() {
        let mut presence = Presence::default();
        let told = vec![("room", vec![member("ann", None)])];
        for (connection, from_ms) in [(1, 0), (1, 1_000), (2, 2_000)] {
            presence.set("room", connection, member("ann", None), at(from_ms));
            presence.always_tell(&"room", at(from_ms));
            assert_eq!(presence.tell(at(from_ms + 300)), told, "at {from_ms} ms");
        }
        presence.leave(&"room", 2, at(3_000));
        assert_eq!(presence.tell(at(3_300)), told);
        assert_eq!(presence.tell(at(4_000)), vec![]);
    }

    #[test]
    fn two_tabs_are_one_member_and_the_last_to_leave_ends_it() {
        let mut presence = Presence::default();
        presence.set("desk", 1, member("ann", None), at(0));
        presence.set("desk", 2, member("ann", Some("7")), at(0));
        assert_eq!(presence.tell(at(300)), vec![("desk", vec![member("ann", Some("7"))])]);
        presence.leave(&"desk", 2, at(1_000));
        assert_eq!(presence.tell(at(1_300)), vec![("desk", vec![member("ann", None)])]);
        presence.leave(&"desk", 1, at(2_000));
        assert_eq!(presence.tell(at(2_300)), vec![("desk", vec![])]);
        assert_eq!((presence.due(), presence.members(&"desk")), (None, vec![]));
    }
}
