//! CONNECT: who it is, and whether it is a return (2.14 to 2.23, section 3).

use std::sync::Arc;

use rollcall_core::{
    live::{Recovery, recover},
    position::Position,
    rejection::Rejection,
};
use serde_json::{Map, Value, json};

use super::{
    Church, Phase,
    rate::Rate,
    read, say,
    seal::Sealed,
    session::{Owed, Session},
};
use crate::{
    conversation::{Effect, Followed, From, Identity, Moment, Outbox, SignInRefusal, Ticket},
    message::Message,
    socketio::MAIN_NAMESPACE,
};

/// How long a replay waits after the answer to CONNECT (2.18): until the client's page listens
/// again. Well inside the 1.5 s by which all of it must be sent.
const HOLD_MS: i64 = 350;

/// A CONNECT on its way.
pub(super) struct Connecting {
    auth: Map<String, Value>,
    believed: bool,
    session: Option<Session>,
    /// The session that it returns to, and the position it has everything up to.
    back: Option<(Sealed, Position)>,
    /// It wanted to return to a session and cannot (2.20).
    lost: bool,
}

fn text<'a>(auth: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    auth.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn claimed<'a>(auth: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    auth.get(key).filter(|value| read::truthy(value))
}

/// An id as a believed client gives it: a text or a number.
fn given(auth: &Map<String, Value>, key: &str) -> Option<String> {
    match claimed(auth, key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Connecting {
    /// Asks whether the log goes on from `known`. The granted packet is made by the look, which
    /// alone knows the log's head.
    fn ask_back(&self, ticket: Ticket, known: Position, out: &mut Outbox) {
        let Some(session) = &self.session else { return };
        let granted = say::granted(&session.sid, text(&self.auth, "pid").unwrap_or_default());
        let look = move |_: &dyn rollcall_core::facts::Facts, head| {
            Ok(match recover(known, head) {
                Recovery::Events => Ok(granted),
                Recovery::Snapshot(reset) => Err(Rejection::invalid("offset", reset.code())),
            })
        };
        out.push(Effect::Look { ticket, look: Box::new(look) });
    }
}

impl Church {
    /// The client asks for the main namespace.
    pub(super) fn connect(&mut self, auth: Map<String, Value>, at: &Moment, out: &mut Outbox) {
        let token = self.token.as_deref().map(str::to_owned);
        let token = token.or_else(|| text(&auth, "token").map(str::to_owned));
        let believed = token.is_none();
        let effect = match token {
            Some(token) => Effect::SignIn { token },
            None if !self.endpoint.trust => {
                return self.refuse("Authentication required - no token", at, out);
            }
            None => match (given(&auth, "churchId"), given(&auth, "userId")) {
                (Some(tenant), Some(account)) => {
                    let email = text(&auth, "email").map(str::to_owned);
                    let role = text(&auth, "role").map(str::to_owned);
                    Effect::Trust { tenant, account, email, role }
                }
                _ => return self.refuse("Authentication data required", at, out),
            },
        };
        let connecting = Connecting { auth, believed, session: None, back: None, lost: false };
        self.phase = Phase::Connecting(Box::new(connecting));
        out.push(effect);
    }

    /// Refuses the CONNECT for good; the transport stays for another (2.11).
    fn refuse(&mut self, message: &str, at: &Moment, out: &mut Outbox) {
        self.phase = Phase::Waiting;
        self.client.refused(MAIN_NAMESPACE, super::clock_ms(at.now));
        out.send(say::refused(message));
    }

    pub(super) fn judged(
        &mut self,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Phase::Connecting(connecting) = &mut self.phase else { return };
        let who = match who {
            Ok(who) => who,
            Err(refusal) => {
                let Some(message) = refusal_text(refusal) else {
                    return self.end("try again", out);
                };
                return self.refuse(message, at, out);
            }
        };
        if !connecting.believed
            && let Some(message) = mismatch(&connecting.auth, &who)
        {
            return self.refuse(message, at, out);
        }
        connecting.back = back(&connecting.auth, &who, &self.endpoint);
        connecting.lost = connecting.back.is_none() && text(&connecting.auth, "pid").is_some();
        let sid: Arc<str> = match &connecting.back {
            Some((sealed, _)) => sealed.sid.clone(),
            None => self.sid.clone(),
        };
        connecting.session = Some(session(sid.clone(), who, connecting.believed));
        out.push(Effect::Claim { name: sid });
    }

    /// The session's name is ours: any older transport of it is closed (2.22).
    pub(super) fn named(&mut self, kept: Option<Arc<str>>, out: &mut Outbox) {
        let Phase::Connecting(connecting) = &mut self.phase else { return };
        let Some(session) = &mut connecting.session else { return };
        let ticket = session.ticket();
        let Some((_, known)) = connecting.back else {
            let rooms = session.followed_rooms();
            return out.push(Effect::Follow { ticket, rooms, from: From::Head });
        };
        if let Some(kept) = kept {
            session.restore(&kept, out);
        }
        connecting.ask_back(ticket, known, out);
    }

    /// The log still has what the client missed, or not (2.20).
    pub(super) fn recoverable(
        &mut self,
        granted: Option<Result<Message, Rejection>>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Phase::Connecting(connecting) = &mut self.phase else { return };
        let (Some(mut session), Some((sealed, after))) =
            (connecting.session.take(), connecting.back.take())
        else {
            return;
        };
        match granted {
            None => self.end("try again", out),
            Some(Ok(granted)) => {
                let at = at.now.plus_ms(HOLD_MS);
                session.owed = Some(Box::new(Owed::Replay { at, after }));
                out.send(granted);
                // Without an offset: the one that the client has must stay its newest (2.17).
                let hello = hello(&connecting.auth, &session);
                out.send(say::event("connected", &hello));
                self.begin(session);
            }
            // An offset that is none of ours means the session's start (2.21).
            Some(Err(_)) if after != sealed.start => {
                let (ticket, start) = (session.ticket(), sealed.start);
                connecting.session = Some(session);
                connecting.back = Some((sealed, start));
                connecting.ask_back(ticket, start, out);
            }
            Some(Err(_)) => {
                let fresh = Session { sid: self.sid.clone(), rooms: Vec::new(), ..session };
                connecting.session = Some(fresh);
                connecting.lost = true;
                out.push(Effect::Claim { name: self.sid.clone() });
            }
        }
    }

    /// The rooms are followed from here on.
    pub(super) fn followed_from(
        &mut self,
        ticket: Ticket,
        followed: Followed,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let connecting = match &mut self.phase {
            Phase::Connecting(connecting) => connecting,
            Phase::Connected(session) => {
                return if !session.went_on(followed, at, out) {
                    self.end("try again", out);
                };
            }
            Phase::Waiting | Phase::Over => return,
        };
        let Some(mut session) = connecting.session.take_if(|s| s.last_ticket == ticket.0) else {
            return;
        };
        let Followed::Live(start) = followed else { return self.end("try again", out) };
        let pid = self.endpoint.seal.close(&Sealed {
            sid: session.sid.clone(),
            tenant: session.who.tenant.clone(),
            account: session.who.account.id.clone(),
            start,
        });
        let at = at.now.plus_ms(HOLD_MS);
        session.owed = connecting.lost.then(|| Box::new(Owed::Sheets { at }));
        out.send(say::granted(&session.sid, &pid));
        let hello = hello(&connecting.auth, &session);
        out.send_at(say::event_at("connected", &hello, start), start);
        self.begin(session);
    }

    fn begin(&mut self, session: Session) {
        self.client.connected(MAIN_NAMESPACE);
        // An idle connection keeps only what it needs.
        self.token = None;
        self.phase = Phase::Connected(Box::new(session));
    }
}

/// The words of 3.3; `None` for what is nobody's fault (2.11).
const fn refusal_text(refusal: SignInRefusal) -> Option<&'static str> {
    Some(match refusal {
        SignInRefusal::Invalid | SignInRefusal::Revoked => "Invalid token",
        SignInRefusal::Expired => "Token expired",
        SignInRefusal::Account => "User not found or inactive",
        SignInRefusal::NoTenant => "Authentication failed",
        SignInRefusal::Busy => return None,
    })
}

/// Whether CONNECT names somebody else than the token does (3.3).
fn mismatch(auth: &Map<String, Value>, who: &Identity) -> Option<&'static str> {
    let number = who.account.id.as_str().parse::<f64>().ok();
    if claimed(auth, "userId").is_some_and(|id| id.as_f64().is_none() || id.as_f64() != number) {
        return Some("Authentication data mismatch");
    }
    let church = claimed(auth, "churchId");
    let other = church.is_some_and(|id| id.as_str() != Some(who.tenant.as_str()));
    other.then_some("Church ID mismatch")
}

/// The session that a CONNECT returns to, if it is one of ours and of this account (2.20), and
/// from where: an offset that we cannot read means the session's start (2.21).
fn back(
    auth: &Map<String, Value>,
    who: &Identity,
    endpoint: &super::Endpoint,
) -> Option<(Sealed, Position)> {
    let sealed = endpoint.seal.open(text(auth, "pid")?)?;
    if sealed.tenant != who.tenant || sealed.account != who.account.id {
        return None;
    }
    let offset = text(auth, "offset").and_then(|offset| offset.parse().ok());
    let after = offset.unwrap_or(sealed.start);
    Some((sealed, after))
}

fn session(sid: Arc<str>, who: Arc<Identity>, believed: bool) -> Session {
    Session {
        sid,
        who,
        believed,
        rooms: Vec::new(),
        test_rooms: Vec::new(),
        owed: None,
        pending: None,
        rate: Rate::default(),
        selected: false,
        quiet: false,
        last_ticket: 0,
    }
}

/// `connected` (3.8); a believed client gets its own words back (3.7).
fn hello(auth: &Map<String, Value>, session: &Session) -> Value {
    let own = |key: &str| claimed(auth, key).filter(|_| session.believed).cloned();
    let account = super::shape::Number(session.who.account.id.as_str());
    json!({
        "message": "WebSocket connection established",
        "userId": own("userId").unwrap_or_else(|| json!(account)),
        "churchId": own("churchId").unwrap_or_else(|| json!(session.who.tenant.as_str())),
    })
}
