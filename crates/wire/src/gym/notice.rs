//! `notification`: what the desk, or those who run it, should know (G4.4).

use rollcall_core::time::Timestamp;
use serde::Serialize;

use super::json;
use crate::message::Message;

/// Names in one notice; the rest is counted.
const NAMES_MAX: usize = 20;

/// The body of one notice.
#[derive(Serialize)]
pub(super) struct Notice<'a, I> {
    pub(super) id: I,
    pub(super) level: &'a str,
    pub(super) title: &'a str,
    pub(super) message: &'a str,
    pub(super) timestamp: Timestamp,
}

/// Tells of visits that have been open for more than 24 hours (G7.18), by their members' names.
#[must_use]
pub fn forgotten(id: &str, names: &[String], now: Timestamp) -> Message {
    let shown = names.iter().take(NAMES_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = match names.len() {
        1 => format!("{shown} has been checked in for more than 24 hours."),
        many => {
            let rest = many.saturating_sub(NAMES_MAX);
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!("{many} members have been checked in for more than 24 hours: {shown}{rest}.")
        }
    };
    let title = "Forgotten check-out";
    let notice = Notice { id, level: "warning", title, message: &message, timestamp: now };
    Message::new(&format!(r#"{{"type":"notification","payload":{}}}"#, json::write(&notice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_18_a_notice_names_who_forgot() {
        let told = |count: usize| {
            let names: Vec<_> = (1..=count).map(|n| format!("N<{n}>")).collect();
            let text = forgotten("x", &names, Timestamp::default()).text();
            let frame: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(
                (&frame["type"], &frame["payload"]["level"]),
                (&"notification".into(), &"warning".into())
            );
            assert!(!text.contains(&b'<'), "G10.4");
            frame["payload"]["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(told(1), "N<1> has been checked in for more than 24 hours.");
        assert_eq!(told(2), "2 members have been checked in for more than 24 hours: N<1>, N<2>.");
        assert!(told(22).ends_with("N<19>, N<20> and 2 more."), "{}", told(22));
    }
}
