//! What the deferred lane sends for the events it held: plain or batched, in a fixed order (G4.9, G5.5).

use std::sync::Arc;

use rollcall_core::{desk::Stats, time::Timestamp};

use super::{frames, news};
use crate::{broadcast::Broadcast, message::Message};

/// Items of one batch frame (G5.5).
const ITEMS_MAX: usize = 50;

/// The three names of the statistics, in the order of G4.9.
pub(super) const STATS: [&str; 3] = ["check_in_stats", "stats_update", INITIAL_STATS];

/// The name that clients of C to F prefer to the other two.
pub(super) const INITIAL_STATS: &str = "initial_stats";

/// Frames for events, a notice and then the statistics, shared by all who held the same events
/// and no notice.
pub(super) fn frames(
    events: &[Arc<Broadcast>],
    notice: Option<&Message>,
    stats: Option<Stats>,
    now: Timestamp,
) -> Arc<[Message]> {
    match events.last() {
        Some(last) if notice.is_none() => {
            last.run(events, stats, || encode(events, None, stats, now))
        }
        _ => encode(events, notice, stats, now).into(),
    }
}

fn encode(
    events: &[Arc<Broadcast>],
    notice: Option<&Message>,
    stats: Option<Stats>,
    now: Timestamp,
) -> Vec<Message> {
    let (mut visits, mut members, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        let updates = if news::counts(&event.committed.event) { &mut visits } else { &mut members };
        updates.extend(news::update(event, stats));
        notices.extend(news::notification(event));
    }
    notices.extend(notice);
    let kinds =
        [("check_in_update", visits), ("member_update", members), ("notification", notices)];
    let (alone, many): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|(_, held)| held.len() < 2);
    let items: Vec<_> =
        many.iter().flat_map(|(kind, held)| held.iter().map(move |held| (*kind, *held))).collect();
    let mut out: Vec<Message> = items.chunks(ITEMS_MAX).map(batch).collect();
    out.extend(alone.iter().flat_map(|(_, held)| held.iter().copied().cloned()));
    out.extend(events.iter().filter_map(|event| news::activity(event)).cloned());
    out.extend(stats.iter().flat_map(|stats| STATS.map(|kind| frames::stats(kind, *stats, now))));
    out
}

/// One batch frame. Its items are ordered by kind, so that a kind's items stand together.
fn batch(items: &[(&str, &Message)]) -> Message {
    let mut text = String::from(r#"{"type":"batch","payload":{"batches":{"#);
    let mut last = "";
    for (kind, message) in items {
        match last {
            "" => text.extend(["\"", kind, "\":["]),
            same if same == *kind => text.push(','),
            _ => text.extend(["],\"", kind, "\":["]),
        }
        last = kind;
        let frame = message.text();
        text.push_str(news::payload(std::str::from_utf8(&frame).unwrap_or_default()));
    }
    text.push_str("]}}}");
    Message::new(&text)
}
