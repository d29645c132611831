//! Reads what clients write: ids, dates and records, as loosely as section 5 allows.

use rollcall_core::{
    id::{GatheringId, PersonId},
    room::Room,
    sheet::{MarkChange, Status},
    time::{Date, Timestamp},
};
use serde_json::Value;

/// The largest integer that a client's number holds exactly.
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// One sheet as a client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `gatheringId`.
    pub gathering: GatheringId,
    /// `date`.
    pub date: Date,
}

impl Place {
    /// The sheet that a payload names by `gatheringId` and `date`; `None` if it names none that
    /// can be (11.2).
    #[must_use]
    pub fn of(payload: &Value) -> Option<Self> {
        let gathering = GatheringId::new(id(payload.get("gatheringId")?)?);
        Some(Self { gathering, date: date(payload.get("date")?.as_str()?)? })
    }

    /// The room where it is followed.
    #[must_use]
    pub fn room(&self) -> Room {
        Room::Sheet(self.gathering.clone(), self.date)
    }
}

/// A positive integer, as a number or in digits.
#[must_use]
pub fn id(value: &Value) -> Option<String> {
    let number = match value {
        Value::String(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok()?
        }
        Value::Number(number) => number.as_u64()?,
        _ => return None,
    };
    (1..=NUMBER_MAX).contains(&number).then(|| number.to_string())
}

/// A real date between 1900 and 2100.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| (1900..=2100).contains(&date.year()))
}

/// The years 1 to 9999 in milliseconds: what an ISO text can say.
const CLIENT_TIMES_MS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

/// A client's own time, in milliseconds or as an ISO text; anything else is none (7.3).
#[must_use]
pub fn client_time(value: Option<&Value>) -> Option<Timestamp> {
    let time = match value? {
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a millisecond")]
        Value::Number(ms) => {
            let ms = ms.as_i64().or_else(|| ms.as_f64().map(|ms| ms as i64))?;
            Some(Timestamp::from_millis(ms))
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    time.filter(|time: &Timestamp| CLIENT_TIMES_MS.contains(&time.millis()))
}

/// One record of a batch (5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A change that can be judged.
    Change(MarkChange),
    /// Something that is none; whom it names, if anybody.
    Invalid(Option<PersonId>),
}

impl Record {
    /// Reads one.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let person = value.get("individualId").and_then(id).map(PersonId::new);
        let present = match value.get("present") {
            Some(Value::Bool(present)) => Some(*present),
            Some(Value::Number(n)) => n.as_u64().filter(|n| *n <= 1).map(|n| n == 1),
            _ => None,
        };
        let (Some(person), Some(present)) = (person.clone(), present) else {
            return Self::Invalid(person);
        };
        let status = if present { Status::Present } else { Status::Absent };
        let marked_at = client_time(value.get("clientTimestamp"));
        Self::Change(MarkChange { marked_at, ..MarkChange::of(person, status) })
    }
}

/// Whether JavaScript takes a value for true.
#[must_use]
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn church_11_2_only_real_sheets_are_sheets() {
        for (payload, is_one) in [
            (json!({"gatheringId": 3, "date": "2025-01-21"}), true),
            (json!({"gatheringId": "3", "date": "2025-01-21"}), true),
            (json!({"gatheringId": 0, "date": "2025-01-21"}), false),
            (json!({"gatheringId": -1, "date": "2025-01-21"}), false),
            (json!({"gatheringId": 1.5, "date": "2025-01-21"}), false),
            (json!({"gatheringId": "x", "date": "2025-01-21"}), false),
            (json!({"gatheringId": "", "date": "2025-01-21"}), false),
            (json!({"gatheringId": 3, "date": "2025-02-30"}), false),
            (json!({"gatheringId": 3, "date": "1899-12-31"}), false),
            (json!({"gatheringId": 3, "date": 20250121}), false),
            (json!({"gatheringId": 3}), false),
            (json!("not an object"), false),
        ] {
            assert_eq!(Place::of(&payload).is_some(), is_one, "{payload}");
        }
    }

    #[test]
    fn church_7_3_a_time_that_cannot_be_read_is_none() {
        let at = Some(Timestamp::from_millis(1_737_455_400_000));
        assert_eq!(client_time(Some(&json!(1_737_455_400_000_i64))), at);
        assert_eq!(client_time(Some(&json!("2025-01-21T10:30:00.000Z"))), at);
        for bad in [json!("soon"), json!(null), json!({}), json!(1e300), json!(-8.64e15)] {
            assert_eq!(client_time(Some(&bad)), None);
        }
    }

    #[test]
    fn church_11_2_present_is_a_boolean_or_0_or_1() {
        for (present, taken) in
            [(json!(true), true), (json!(0), true), (json!(2), false), (json!("yes"), false)]
        {
            let record = Record::of(&json!({"individualId": 1, "present": present}));
            assert_eq!(matches!(record, Record::Change(_)), taken, "{present}");
        }
    }
}
