//! `decide`: facts, a command and the time in; events or a rejection out. Pure.

use crate::{
    command::{Ask, By, Command},
    desk, document,
    event::{Committed, Event},
    facts::{Facts, required},
    id::AccountId,
    people::{self, Account, Gathering, Permission},
    position::Position,
    rejection::{Fault, Refusal, Rejection},
    sheet::{self, MarkResult},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a command comes to: the events to append, and what became of each mark of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What happened, in order. Empty when everything was so already.
    pub events: Vec<Event>,
    /// One result per change of a [`Command::MarkSheet`], in its order.
    pub marks: Vec<MarkResult>,
}

impl From<Event> for Decision {
    fn from(event: Event) -> Self {
        Self { events: vec![event], marks: Vec::new() }
    }
}

/// What the sender of a command gets once it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The log's position right after the command.
    pub position: Position,
    /// The command's events, with their places in the log.
    pub events: Vec<Arc<Committed>>,
    /// One result per change of a [`Command::MarkSheet`], in its order.
    pub marks: Vec<MarkResult>,
    /// Whether this is the first answer given again.
    pub repeated: bool,
}

/// Everything a decision reads: the facts, the hand, the time.
pub(crate) struct Situation<'a> {
    pub facts: &'a dyn Facts,
    pub by: &'a By,
    pub now: Timestamp,
    pub fresh: &'a str,
}

impl Situation<'_> {
    /// The account whose hand it is, as it is now; `None` for the program itself.
    pub fn account(&self) -> Result<Option<Arc<Account>>, Refusal> {
        let Some(id) = self.by.account() else {
            return Ok(None);
        };
        let account = required(self.facts.account(id)?, "account", id)?;
        if account.active { Ok(Some(account)) } else { Err(self.forbidden("act").into()) }
    }

    /// Refuses unless the hand has that permission now.
    pub fn allow(&self, permission: Permission, what: &str) -> Result<(), Refusal> {
        match self.account()? {
            Some(account) if !account.may(permission) => Err(self.forbidden(what).into()),
            _ => Ok(()),
        }
    }

    /// Refuses unless the hand has that permission and sees that gathering.
    pub fn allow_at(
        &self,
        permission: Permission,
        gathering: &Gathering,
        what: &str,
    ) -> Result<(), Refusal> {
        let Some(account) = self.account()? else { return Ok(()) };
        if account.may(permission) && account.sees(gathering, self.facts)? {
            Ok(())
        } else {
            Err(self.forbidden(what).into())
        }
    }

    pub fn forbidden(&self, what: &str) -> Rejection {
        let account = self.by.account().cloned().unwrap_or_else(|| AccountId::new("system"));
        Rejection::Forbidden { account, what: what.to_owned() }
    }
}

/// Judges a command by the facts at `now`.
///
/// # Errors
/// [`Refusal::Rejected`] when the rules say no, [`Refusal::Fault`] when facts could not be read.
pub fn decide(facts: &dyn Facts, ask: &Ask, now: Timestamp) -> Result<Decision, Refusal> {
    let at = Situation { facts, by: &ask.by, now, fresh: &ask.fresh };
    match &ask.command {
        Command::MarkSheet { gathering, date, changes, rule } => {
            sheet::mark(&at, gathering, *date, changes, *rule)
        }
        Command::CountHeads { gathering, date, count, mode, counter } => {
            sheet::count_heads(&at, gathering, *date, *count, *mode, counter.as_ref())
        }
        Command::SetHeadcountMode { gathering, date, mode } => {
            sheet::set_headcount_mode(&at, gathering, *date, *mode)
        }
        Command::OpenSheet { gathering, date } => sheet::open(&at, gathering, *date),
        Command::ExcludeSheet { gathering, date, excluded } => {
            sheet::exclude(&at, gathering, *date, *excluded)
        }
        Command::ToggleExclusion { sheet } => sheet::toggle_exclusion(&at, *sheet),
        Command::AddToSheet { .. }
        | Command::AddFamilyToSheet { .. }
        | Command::AddRegulars { .. }
        | Command::AddVisitors { .. }
        | Command::ReplaceVisitor { .. }
        | Command::RemoveVisitor { .. }
        | Command::UseKiosk { .. }
        | Command::ClearKiosk { .. } => decide_lists(&at, &ask.command),
        Command::Enrol { gathering, person, expected } => {
            people::enrol(&at, gathering, person, *expected)
        }
        Command::AddFamily { name, kind, notes, people } => {
            people::add_family(&at, name, *kind, notes.as_deref(), people)
        }
        Command::ChangeFamily { family, name, kind, notes } => {
            people::change_family(&at, family, name.as_deref(), *kind, notes.as_deref())
        }
        Command::AddGathering { fields } => people::add_gathering(&at, fields),
        Command::SavePreferences { values } => document::save_preferences(&at, values),
        Command::CheckIn { person, location, notes, claim } => {
            desk::check_in(&at, person, location.as_deref(), notes.as_deref(), *claim)
        }
        Command::CheckOut { visit, notes, claim } => {
            desk::check_out(&at, visit, notes.as_deref(), *claim)
        }
        Command::Change { list, id, fields, expect, seen } => {
            people::change(&at, *list, id.as_deref(), fields, *expect, *seen)
        }
        Command::Remove { list, id } => people::remove(&at, *list, id),
        Command::PutDocument { kind, id, data, seen } => {
            document::put_document(&at, kind, id.as_ref(), data, *seen)
        }
        Command::RemoveDocument { kind, id } => document::remove_document(&at, kind, id),
        Command::StartSession(session) => Ok(Event::SignedIn(Arc::new(session.clone())).into()),
        Command::EndSessions { account, session } => {
            people::end_sessions(&at, account, session.as_ref())
        }
        Command::SetPassword { account, hash } => people::set_password(&at, account, hash),
        Command::Import { rows } => Ok(Event::Imported { rows: rows.clone() }.into()),
    }
}

/// Commands that change who is on a sheet.
fn decide_lists(at: &Situation<'_>, command: &Command) -> Result<Decision, Refusal> {
    match command {
        Command::AddToSheet { gathering, date, people } => {
            sheet::add_to_sheet(at, gathering, *date, people)
        }
        Command::AddFamilyToSheet { gathering, date, family } => {
            sheet::add_family_to_sheet(at, gathering, *date, family)
        }
        Command::AddRegulars { gathering, date, people } => {
            sheet::add_regulars(at, gathering, *date, people)
        }
        Command::AddVisitors { gathering, date, people, kind, family_name, notes, family } => {
            let (name, notes) = (family_name.as_deref(), notes.as_deref());
            sheet::add_visitors(at, gathering, *date, people, *kind, name, notes, family.as_ref())
        }
        Command::ReplaceVisitor { gathering, date, person, people, kind, family_name } => {
            let name = family_name.as_deref();
            sheet::replace_visitor(at, gathering, *date, person, people, *kind, name)
        }
        Command::RemoveVisitor { gathering, date, person, whole_family } => {
            sheet::remove_visitor(at, gathering, *date, person, *whole_family)
        }
        Command::UseKiosk { gathering, date, people, step, signer } => {
            sheet::use_kiosk(at, gathering, *date, people, *step, signer.as_deref())
        }
        Command::ClearKiosk { gathering, date } => sheet::clear_kiosk(at, gathering, *date),
        other => Err(Fault(format!("{other:?} is decided elsewhere")).into()),
    }
}
