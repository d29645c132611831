//! Reads a client's batch: each item is the body of one message, in the order of the text (G5.3).

use super::{
    operation::{Side, request_id},
    request::{Object, Request, request},
};
use rollcall_core::id::CommandId;
use serde_json::value::RawValue;

/// Items of one batch that are executed; E collects 50 at most.
pub const BATCH_ITEMS_MAX: usize = 500;

/// Items beyond [`BATCH_ITEMS_MAX`]: nothing of them is executed.
#[derive(Default)]
pub(super) struct Surplus {
    /// Each operation is refused by name.
    pub(super) operations: Vec<(Side, Option<CommandId>)>,
    /// All the others share one `error`.
    pub(super) others: bool,
}

/// The requests of a batch frame. `batches` stands at the top level, in `payload` or in `data`.
pub(super) fn read(frame: &Object<'_>) -> Vec<Request> {
    let inside = |key| frame.object(key).and_then(|body| body.object("batches"));
    let batches = frame.object("batches").or_else(|| inside("payload")).or_else(|| inside("data"));
    let (mut requests, mut surplus) = (Vec::new(), Surplus::default());
    for (kind, items) in batches.unwrap_or_default().0 {
        if kind == "batch" {
            continue;
        }
        for item in serde_json::from_str::<Vec<&RawValue>>(items.get()).unwrap_or_default() {
            if requests.len() < BATCH_ITEMS_MAX {
                requests.push(request(&kind, &Object::read(item.get()).unwrap_or_default()));
            } else {
                surplus.count(&kind, item);
            }
        }
    }
    if surplus.others || !surplus.operations.is_empty() {
        requests.push(Request::Surplus(Box::new(surplus)));
    }
    requests
}

impl Surplus {
    fn count(&mut self, kind: &str, item: &RawValue) {
        let id = || request_id(&Object::read(item.get()).unwrap_or_default());
        match kind {
            "check_in" => self.operations.push((Side::In, id())),
            "check_out" => self.operations.push((Side::Out, id())),
            _ => self.others = true,
        }
    }
}
