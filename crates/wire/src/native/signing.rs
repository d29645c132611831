//! Signing in, refreshing it in band, and every way in which a sign-in ends.

use std::sync::Arc;

use rollcall_core::{limits, room::Room};

use super::{
    COMMANDS_MAX, Native, RETRY_AFTER_MS, SIGN_IN_WITHIN_MS, access, close, following::Wish,
    problem::Problem, said,
};
use crate::conversation::{Effect, Framing, Identity, Moment, Outbox, SignInRefusal};

use said::Said;

/// Which token is being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checking {
    /// The one that came with the connection. A browser adds its cookie without being asked, so
    /// a stale one must not end what a first message can still begin.
    Brought,
    /// The one of a first message.
    Sent,
    /// A fresh one for a connection that is signed in.
    Fresh,
}

impl Native {
    pub(super) fn begin(&mut self, at: &Moment, out: &mut Outbox) {
        let token = self.opening.as_mut().and_then(|opening| opening.token.take());
        if self.framing != Framing::Poll {
            let next = if token.is_some() { "wait" } else { "sign_in" };
            out.send(hello(at, next));
        }
        if let Some(token) = token {
            self.checking = Some(Checking::Brought);
            out.push(Effect::SignIn { token });
        } else if !self.two_way() {
            return self.sign_out(&Problem::signed_out("no token came with the request"), out);
        }
        if self.two_way() {
            self.deadline = Some(at.now.plus_ms(SIGN_IN_WITHIN_MS));
            self.opening = None;
        }
    }

    pub(super) fn sign_in(&mut self, token: String, out: &mut Outbox) {
        if self.checking.is_some() {
            return out.send(Said::Error(&Problem::busy("a token is being checked")).message());
        }
        self.checking = Some(if self.who.is_some() { Checking::Fresh } else { Checking::Sent });
        out.push(Effect::SignIn { token });
    }

    pub(super) fn checked(
        &mut self,
        verdict: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Some(checking) = self.checking.take() else { return };
        match (verdict, &self.who) {
            (Ok(who), Some(old)) if !same_account(&who, old) => {
                self.sign_out(&Problem::other_account(), out);
            }
            (Ok(who), _) => self.welcome(who, at, out),
            (Err(refusal), _) => self.unwelcome(refusal, checking, out),
        }
    }

    fn welcome(&mut self, who: Arc<Identity>, at: &Moment, out: &mut Outbox) {
        self.deadline = Some(who.expires_at);
        self.greet(&who, out);
        self.who = Some(who);
        if let Some(opening) = self.opening.take() {
            self.follow_opening(opening.rooms, opening.after, at, out);
        }
    }

    /// Says who the connection is; a poll has asked for rooms and gets only those.
    fn greet(&self, who: &Identity, out: &mut Outbox) {
        if self.framing == Framing::Poll {
            return;
        }
        let said = Said::SignedIn {
            account: &who.account.id,
            name: who.account.display_name(),
            role: who.account.role,
            permissions: who.account.role.permissions(),
            person: who.account.person.as_ref(),
            expires_at: who.expires_at,
        };
        out.send(said.message());
    }

    /// Follows the rooms that a one-way transport named in its address.
    fn follow_opening(
        &mut self,
        texts: Vec<String>,
        after: Option<String>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let rooms: Result<Vec<Room>, _> = texts.iter().map(|text| text.parse()).collect();
        match rooms {
            Ok(rooms) => self.follow(Wish { id: None, rooms, after, presence: false }, at, out),
            Err(why) => self.refuse(&Problem::not_a_room(&why.to_string()), out),
        }
    }

    fn unwelcome(&mut self, refusal: SignInRefusal, checking: Checking, out: &mut Outbox) {
        let problem = Problem::from(&refusal);
        let gone = matches!(refusal, SignInRefusal::Account | SignInRefusal::Revoked);
        let may_retry = match checking {
            Checking::Brought => self.two_way(),
            Checking::Sent => refusal == SignInRefusal::Busy,
            Checking::Fresh => !gone,
        };
        if may_retry {
            return out.send(Said::Error(&problem).message());
        }
        self.sign_out(&problem, out);
    }

    /// Ends the conversation because nobody is signed in any more.
    pub(super) fn sign_out(&mut self, problem: &Problem, out: &mut Outbox) {
        out.send(Said::Error(problem).message());
        let retry = (problem.code == "busy").then_some(RETRY_AFTER_MS);
        self.leave(close::SIGNED_OUT, problem.code, retry, out);
    }

    pub(super) fn timed_out(&mut self, out: &mut Outbox) {
        if self.who.is_some() {
            return self.sign_out(&Problem::token_expired(), out);
        }
        let problem = Problem::signed_out("no sign-in came within 10 seconds");
        out.send(Said::Error(&problem).message());
        self.leave(close::NO_SIGN_IN, problem.code, None, out);
    }

    /// The account changed: what it may no longer follow is let go.
    pub(super) fn changed(&mut self, who: &Arc<Identity>, out: &mut Outbox) {
        self.deadline = Some(who.expires_at);
        let old = self.who.replace(who.clone());
        if old.is_none_or(|old| old.account != who.account || old.expires_at != who.expires_at) {
            self.greet(who, out);
        }
        let may_no_longer = |room: &Room| access::follow(who, room).err();
        let lost: Vec<_> = self
            .rooms
            .iter()
            .filter_map(|place| Some((place.room.clone(), may_no_longer(&place.room)?)))
            .collect();
        for (room, rejection) in lost {
            let problem = Problem::from(&rejection).about(&room);
            out.send(Said::Error(&problem).message());
            self.unfollow(&[room], out);
        }
    }
}

fn same_account(one: &Identity, other: &Identity) -> bool {
    one.tenant == other.tenant && one.account.id == other.account.id
}

fn hello(at: &Moment, next: &'static str) -> crate::message::Message {
    let said = Said::Hello {
        protocol: said::PROTOCOL,
        now: at.now,
        next,
        sign_in_within_ms: SIGN_IN_WITHIN_MS,
        commands_max: COMMANDS_MAX,
        rooms_max: limits::ROOMS_MAX,
    };
    said.message()
}
