//! Who comes in: tokens, joining, refusals (section 2).

use std::sync::Arc;

use rollcall_core::{position::Position, room::Room};

use super::{
    Close, Follow, Gym, Stage, Via, Waiting, batch_out::INITIAL_STATS, frames, lanes::StatsDue,
};
use crate::conversation::{Effect, Followed, From, Identity, Moment, Outbox, SignInRefusal};

/// After how long statistics that could not be had are tried for again (G7.17).
const RETRY_MS: i64 = 500;

impl Gym {
    /// The socket is open: with a token in the address it signs in at once (G2.8).
    pub(super) fn knock(&mut self, at: &Moment, out: &mut Outbox) {
        let until = Stage::Anonymous(at.now.plus_ms(self.anonymous_ms_max.into()));
        let Stage::Unopened(brought) = std::mem::replace(&mut self.stage, until) else { return };
        let token = brought.token.as_deref().map(str::trim);
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            self.sign_in(Via::Url, token, out);
        }
    }

    pub(super) fn sign_in(&mut self, via: Via, token: &str, out: &mut Outbox) {
        self.waiting = Some(Waiting::SignIn(via));
        out.push(Effect::SignIn { token: token.to_owned() });
    }

    pub(super) fn let_in(
        &mut self,
        via: Via,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let who = match who {
            Ok(who) => who,
            Err(refusal) => return self.refuse(refusal, at, out),
        };
        self.expires_at = who.expires_at;
        self.signed_out = None;
        self.stage = Stage::Known;
        if self.following {
            self.greet(via, at, out);
        } else {
            self.follow(Follow::Join(via), From::Head, out);
        }
    }

    pub(super) fn follow(&mut self, why: Follow, from: From, out: &mut Outbox) {
        let ticket = self.ticket();
        self.waiting = Some(Waiting::Follow(ticket, why));
        out.push(Effect::Follow { ticket, rooms: vec![Room::Desk, Room::People], from });
    }

    pub(super) fn joined(
        &mut self,
        why: Follow,
        followed: Followed,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let position = match followed {
            Followed::Live(position)
            | Followed::Recovering(position)
            | Followed::Snapshot { position, .. } => Some(position),
            Followed::Fault => None,
        };
        self.following = position.is_some();
        match (why, position) {
            (Follow::Resume, Some(_)) => self.resumed(followed, at, out),
            (Follow::Join(via), position) => {
                self.seen.begin(position);
                self.greet(via, at, out);
            }
            (Follow::Again, Some(position)) => {
                self.seen.begin(Some(position));
                self.retry_at = Some(at.now);
                self.retry(at, out);
            }
            (Follow::Again | Follow::Resume, None) => self.try_later(at),
        }
    }

    /// The frames of a join or of a further sign-in (G2.8 to G2.10).
    fn greet(&mut self, via: Via, at: &Moment, out: &mut Outbox) {
        if via == Via::Message {
            self.say(frames::authenticated(), at, out);
        }
        match at.stats.filter(|_| self.following) {
            Some(stats) => self.say(frames::stats(INITIAL_STATS, stats, at.now), at, out),
            None => {
                let text = "Failed to load initial statistics";
                self.say(frames::error_to_retry(text), at, out);
                self.try_later(at);
            }
        }
        match via {
            Via::Url => self.deferred.owe_opening(at.now),
            Via::Message => {
                self.deferred.cancel_auth_response();
                self.say(frames::auth_response(), at, out);
            }
        }
    }

    fn try_later(&mut self, at: &Moment) {
        self.retry_at = Some(at.now.plus_ms(RETRY_MS));
    }

    /// Tries for the statistics that are owed since a fault.
    pub(super) fn retry(&mut self, at: &Moment, out: &mut Outbox) {
        let due = self.retry_at.is_some_and(|due| due <= at.now);
        if !due || self.waiting.is_some() || !self.known() {
            return;
        }
        self.retry_at = None;
        match at.stats {
            _ if !self.following => self.follow(Follow::Again, From::Head, out),
            Some(stats) => self.say(frames::stats(INITIAL_STATS, stats, at.now), at, out),
            None => self.try_later(at),
        }
    }

    /// Three frames, then the close (G2.11). If we could not find out, the client is to return.
    pub(super) fn refuse(&mut self, refusal: SignInRefusal, at: &Moment, out: &mut Outbox) {
        let reason = match refusal {
            SignInRefusal::Expired => "Token expired",
            SignInRefusal::Invalid
            | SignInRefusal::Account
            | SignInRefusal::Revoked
            | SignInRefusal::NoTenant => "Invalid token",
            SignInRefusal::Busy => {
                self.say(frames::error_to_retry("Internal server error"), at, out);
                return self.close(Close::Overload, out);
            }
        };
        self.refuse_because(reason, at, out);
    }

    pub(super) fn refuse_because(&mut self, reason: &str, at: &Moment, out: &mut Outbox) {
        for frame in frames::refusal(reason) {
            self.say(frame, at, out);
        }
        self.close(Close::Authentication, out);
    }

    /// Closes a socket that never said who it is (G2.12), retryably.
    pub(super) fn lose_patience(&mut self, at: &Moment, out: &mut Outbox) {
        if let Stage::Anonymous(until) = self.stage
            && self.waiting.is_none()
            && until <= at.now
        {
            self.close(Close::AuthenticationTimeout, out);
        }
    }

    /// An anonymous socket asked for something: it is to return with its token (G2.13).
    pub(super) fn turn_away(&mut self, at: &Moment, out: &mut Outbox) {
        self.say(frames::error("Authentication required"), at, out);
        self.close(Close::AuthenticationTimeout, out);
    }

    /// Everything missed follows, or fresh statistics replace it (G9.11).
    fn resumed(&mut self, followed: Followed, at: &Moment, out: &mut Outbox) {
        let (position, snapshot): (Position, bool) = match followed {
            Followed::Live(position) | Followed::Recovering(position) => (position, false),
            Followed::Snapshot { position, .. } => (position, true),
            Followed::Fault => return,
        };
        self.say(frames::resumed(position, snapshot), at, out);
        if snapshot {
            self.seen.begin(Some(position));
            self.deferred.owe_stats(StatsDue::Initial, at.now);
        }
    }
}
