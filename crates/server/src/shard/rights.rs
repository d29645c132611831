//! Who a connection is and what it may: found out when it signs in, and again whenever it changes.

use rollcall_core::{event::Event, id::TenantId, people::Scope};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{Identity, Note, SignInRefusal},
};

use super::{ConnectionKey, Shard};
use crate::connection::Recheck;

/// Whether an event may change what somebody may do.
const fn changes_rights(event: &Event) -> bool {
    use Event::{AccountChanged, AccountRemoved, GatheringChanged, GroupChanged, SignedOut};
    matches!(
        event,
        AccountChanged(_)
            | AccountRemoved(_)
            | SignedOut(_)
            | GatheringChanged(_)
            | GroupChanged(_)
    )
}

impl Shard {
    /// Counts an event as it arrives, also one of a tenant that is still being looked up.
    pub(super) fn count_rights(&mut self, event: &Broadcast) {
        self.rights_changes += u64::from(changes_rights(&event.committed.event));
    }

    /// Rights are judged on current data: whoever an event concerns is looked at again.
    pub(super) fn mind_accounts(&mut self, id: &TenantId, event: &Broadcast) {
        let Some(tenant) = self.tenants.get(id) else { return };
        let concerned = match &event.committed.event {
            Event::AccountChanged(account) | Event::AccountRemoved(account) => {
                tenant.connections_of(&account.id)
            }
            Event::SignedOut(session) => tenant.connections_of(&session.account),
            Event::GatheringChanged(_) | Event::GroupChanged(_) => {
                let scoped = |key: &ConnectionKey| {
                    let place = self.connections.get(key.index as usize);
                    let who = place.and_then(|(_, c)| c.identity.as_ref());
                    who.is_some_and(|who| who.account.role.scope() == Scope::Assigned)
                };
                tenant.connections().into_iter().filter(scoped).collect()
            }
            _ => return,
        };
        for key in concerned {
            self.recheck(key);
        }
    }

    pub(super) fn identified(&mut self, key: ConnectionKey, who: Result<Identity, SignInRefusal>) {
        let who = match who {
            Ok(who) => who,
            Err(refusal) => {
                self.control.metrics.sign_in_refused(refusal);
                tracing::debug!(connection = ?key, ?refusal, "refused");
                self.converse(key, |c, at, out| c.signed_in(Err(refusal), at, out));
                self.give_waiting(key);
                return;
            }
        };
        let Some(connection) = self.connection(key) else { return };
        if connection.identity.as_ref().is_some_and(|old| old.tenant != who.tenant) {
            // A conversation stays in its tenant: what it follows and how far it has come mean
            // nothing in another one (gym G2.7).
            self.identified(key, Err(SignInRefusal::Account));
            return;
        }
        let tenant = self.tenant(&who.tenant);
        if tenant.is_open() {
            self.welcome(key, who);
        } else {
            tenant.waiting.push((key, who));
        }
    }

    /// Somebody is let in. Rights that changed while the token was being checked are looked at
    /// again: the news of it could not find a connection that nobody was signed in on.
    pub(super) fn welcome(&mut self, key: ConnectionKey, who: Identity) {
        let changes = self.rights_changes;
        let who = self.adopt(key, who);
        self.control.metrics.joined(&who.tenant, &who.account.id, self.now);
        let (tenant, account) = (&who.tenant, &who.account.id);
        tracing::debug!(connection = ?key, %tenant, %account, "signed in");
        let Some(connection) = self.connection(key) else { return };
        if connection.recheck != Recheck::None || connection.rights_seen != changes {
            self.recheck(key);
        }
        self.converse(key, |c, at, out| c.signed_in(Ok(who), at, out));
        self.give_waiting(key);
    }

    /// Looks an account up again; one look at a time, so that an older one is never believed.
    fn recheck(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        if connection.recheck != Recheck::None {
            connection.recheck = Recheck::Again;
            return;
        }
        let who = who.clone();
        connection.recheck = Recheck::Asked;
        self.control.reidentify(key, who);
    }

    pub(super) fn reidentified(
        &mut self,
        key: ConnectionKey,
        who: Result<Identity, SignInRefusal>,
    ) {
        let Some(connection) = self.connection(key) else { return };
        if std::mem::take(&mut connection.recheck) == Recheck::Again {
            self.recheck(key);
            return;
        }
        let note = match who {
            Ok(who) => Note::Identity(self.adopt(key, who)),
            Err(SignInRefusal::Busy) => {
                // Nobody knows what it may do now, so the question stands until it is answered.
                connection.recheck = Recheck::Asked;
                if let Some(who) = connection.identity.clone() {
                    self.control.reidentify_later(key, who);
                }
                return;
            }
            Err(refusal) => Note::SignedOut(refusal),
        };
        self.converse(key, |c, at, out| c.note(&note, at, out));
        self.give_waiting(key);
    }
}
