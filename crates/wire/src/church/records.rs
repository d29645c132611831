//! `record_attendance` (5.4): a result per record, then what stands on the server for those that
//! were refused (7.2, 7.6).

use rollcall_core::{
    command::Command,
    decide::Answer,
    id::{AccountId, PersonId},
    limits,
    rejection::Refusal,
    sheet::{Mark, MarkChange, MarkResult, MergeRule},
    time::Timestamp,
};
use serde_json::{Map, Value, json};

use super::{
    encode::heal,
    events::{Asked, Pending},
    read::{Place, Record},
    say,
    session::Session,
    shape::Number,
};
use crate::{
    conversation::{Effect, Moment, Outbox},
    message::Message,
};

/// One batch, from its reading to its reply.
pub(super) struct Batch {
    place: Place,
    records: Vec<Record>,
    /// Known once it was judged: the reply without what has yet to be looked up.
    reply: Option<RecordReply>,
}

impl Session {
    pub(super) fn record(&mut self, place: Place, payload: &Value, out: &mut Outbox) {
        let records = payload.get("records").and_then(Value::as_array);
        let Some(records) = records.filter(|records| records.len() <= limits::MARKS_MAX) else {
            return out.send(Asked::Record.bad_fields());
        };
        let records: Vec<_> = records.iter().map(Record::of).collect();
        let changes = records.iter().filter_map(|record| match record {
            Record::Change(change) => Some(change.clone()),
            Record::Invalid(_) => None,
        });
        let command = Command::MarkSheet {
            gathering: place.gathering.clone(),
            date: place.date,
            changes: changes.collect(),
            rule: MergeRule::Church,
        };
        let ticket = self.ticket();
        let batch = Batch { place, records, reply: None };
        self.pending = Some(Box::new(Pending::Record(batch, ticket)));
        out.push(Effect::Submit { ticket, command, id: None });
    }

    /// The batch was judged. Records that were none may still name somebody, whose value has to
    /// be looked up before the reply can tell it.
    pub(super) fn recorded(
        &mut self,
        mut batch: Batch,
        verdict: &Result<Answer, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let answer = match verdict {
            Ok(answer) => answer,
            Err(refusal) => {
                let message = Asked::Record.refusal(refusal, self.sees_all());
                return out.send(Asked::Record.error(message));
            }
        };
        let unknown = unread(&batch.records);
        batch.reply = Some(RecordReply::of(&batch.records, &answer.marks, at.now));
        if unknown.is_empty() {
            return self.reply(batch, &[], at, out);
        }
        let look = self.look_at(batch.place.clone(), move |facts, place, _| {
            let present = |person: &PersonId| {
                let mark = facts.mark(&place.gathering, place.date, person)?;
                Ok(mark.is_some_and(|mark| mark.status.attends()))
            };
            let values = unknown.iter().map(present).collect::<Result<Vec<bool>, _>>()?;
            Ok(Message::new(&json!(values).to_string()))
        });
        let ticket = self.ticket();
        self.pending = Some(Box::new(Pending::Record(batch, ticket)));
        out.push(Effect::Look { ticket, look });
    }

    pub(super) fn record_looked(
        &mut self,
        batch: Batch,
        found: Result<Message, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        match found {
            Ok(values) => {
                let values: Vec<bool> = serde_json::from_slice(&values.text()).unwrap_or_default();
                self.reply(batch, &values, at, out);
            }
            Err(refusal) => {
                let message = Asked::Record.refusal(&refusal, self.sees_all());
                out.send(Asked::Record.error(message));
            }
        }
    }

    /// Sends the reply, and after it what stands on the server for the refused (7.6).
    fn reply(&self, batch: Batch, values: &[bool], at: &Moment, out: &mut Outbox) {
        let Some(mut reply) = batch.reply else { return };
        reply.fill(values);
        out.send(reply.message(&batch.place));
        if let Some(heal) = reply.heal(&batch.place, &self.who.account.id, at.now) {
            out.send(heal);
        }
    }
}

/// Those whom a record named without being one, in order.
#[must_use]
pub fn unread(records: &[Record]) -> Vec<PersonId> {
    let named = |record: &Record| match record {
        Record::Invalid(person) => person.clone(),
        Record::Change(_) => None,
    };
    records.iter().filter_map(named).collect()
}

/// What stands on the server for somebody whose record was refused (7.6).
#[derive(Debug)]
pub(super) struct Heal {
    pub person: PersonId,
    pub present: bool,
    /// By whose hand, and when; `None` where nobody wrote anything, or it was not asked.
    pub written: Option<(AccountId, Timestamp)>,
}

impl Heal {
    fn of(person: &PersonId, mark: Option<&Mark>) -> Self {
        let written = mark.and_then(|mark| Some((mark.by.clone()?, mark.at)));
        let present = mark.is_some_and(|mark| mark.status.attends());
        Self { person: person.clone(), present, written }
    }
}

/// What became of a batch, as sockets and REST tell it (6.4, 8.10).
#[derive(Debug, Default)]
pub struct RecordReply {
    results: Vec<Value>,
    skipped: Vec<Value>,
    /// Whom to heal.
    heals: Vec<Heal>,
    /// Places among the results and heals of those that have to be looked up.
    open: Vec<(usize, usize)>,
    /// Something was applied, recognised or stale.
    any_known: bool,
}

impl RecordReply {
    /// A result per record, by those of the marks that came of them.
    #[must_use]
    pub fn of(records: &[Record], marks: &[MarkResult], now: Timestamp) -> Self {
        let mut reply = Self::default();
        let mut marks = marks.iter();
        for record in records {
            match record {
                Record::Change(change) => {
                    if let Some(result) = marks.next() {
                        reply.judged(change, result, now);
                    }
                }
                Record::Invalid(person) => reply.invalid(person.as_ref()),
            }
        }
        reply
    }

    fn judged(&mut self, change: &MarkChange, result: &MarkResult, now: Timestamp) {
        let id = Number(change.person.as_str());
        let simple = |status: &str, mark: &Mark| json!({"individualId": id, "status": status, "present": mark.status.attends()});
        self.any_known |=
            !matches!(result, MarkResult::UnknownPerson { .. } | MarkResult::Invalid { .. });
        let shown = match result {
            MarkResult::Applied { mark, .. } => simple("applied", mark),
            MarkResult::Unchanged { mark } => simple("duplicate", mark),
            MarkResult::Overtaken { mark } => {
                self.heals.push(Heal::of(&change.person, Some(mark)));
                simple("duplicate", mark)
            }
            MarkResult::Stale { mark } => {
                self.skipped.push(skipped(change, mark, now));
                self.refused(Some(&change.person), "stale_data", Some(mark))
            }
            MarkResult::UnknownPerson { person } => {
                self.refused(Some(person), "unknown_individual", None)
            }
            MarkResult::Invalid { person, .. } => {
                self.refused(Some(person), "invalid_record", None)
            }
        };
        self.results.push(shown);
    }

    fn invalid(&mut self, person: Option<&PersonId>) {
        if person.is_some() {
            self.open.push((self.results.len(), self.heals.len()));
        }
        let shown = self.refused(person, "invalid_record", None);
        self.results.push(shown);
    }

    fn refused(&mut self, person: Option<&PersonId>, reason: &str, mark: Option<&Mark>) -> Value {
        if let Some(person) = person {
            self.heals.push(Heal::of(person, mark));
        }
        let present = mark.is_some_and(|mark| mark.status.attends());
        let id = person.map(|person| Number(person.as_str()));
        json!({"individualId": id, "status": "refused", "reason": reason, "present": present})
    }

    /// Puts in what stands on the server for those of [`unread`].
    pub fn fill(&mut self, values: &[bool]) {
        for ((result, heal), present) in self.open.iter().zip(values) {
            self.results[*result]["present"] = (*present).into();
            self.heals[*heal].present = *present;
        }
    }

    fn message(&self, place: &Place) -> Message {
        if self.is_failure() {
            let message = Asked::Record.failed();
            let payload = json!({"message": message, "results": self.results});
            return say::event("attendance_update_error", &payload);
        }
        let mut payload = self.body();
        payload.insert("gatheringId".into(), json!(Number(place.gathering.as_str())));
        payload.insert("date".into(), json!(place.date));
        say::event("attendance_update_success", &payload)
    }

    /// Whether nothing of the batch could be applied or recognised (7.2).
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !self.any_known && !self.results.is_empty()
    }

    /// `hasConflicts`, `results` and, if there are any, `skippedRecords`.
    #[must_use]
    pub fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("hasConflicts".into(), (!self.skipped.is_empty()).into());
        body.insert("results".into(), json!(self.results));
        if !self.skipped.is_empty() {
            body.insert("skippedRecords".into(), json!(self.skipped));
        }
        body
    }

    /// What stands on the server for the refused (7.6), for the eyes of their sender.
    #[must_use]
    pub fn heal(&self, place: &Place, by: &AccountId, now: Timestamp) -> Option<Message> {
        let Place { gathering, date } = place;
        (!self.heals.is_empty()).then(|| heal(gathering, *date, &self.heals, by, now))
    }
}

fn skipped(change: &MarkChange, mark: &Mark, now: Timestamp) -> Value {
    json!({
        "individualId": Number(change.person.as_str()),
        "reason": "stale_data",
        "serverValue": u8::from(mark.status.attends()),
        "clientValue": change.status.attends(),
        "serverTimestamp": mark.at,
        "clientTimestamp": change.marked_at.unwrap_or(now),
    })
}
