//! Fields of an entry that the program itself keeps: whoever sends another value is told so.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::rejection::Rejection;

const OWNED: [&str; 4] = ["version", "created_at", "updated_at", "last_attended"];

/// Refuses a value that would be without effect, or rewrite what the program keeps. An entry may
/// be sent back as it stands, as its `id` may.
pub(super) fn check<T: Serialize>(
    current: Option<&T>,
    next: &T,
    fields: &Map<String, Value>,
) -> Result<(), Rejection> {
    for name in OWNED.into_iter().filter(|name| fields.contains_key(*name)) {
        let value = |entry| serde_json::to_value(entry).ok()?.get(name).cloned();
        if current.and_then(value) != value(next) {
            let why = match name {
                "version" => "is counted by the server: say which one you saw by `seen`",
                _ => "is kept by the server: leave it out",
            };
            return Err(Rejection::invalid(name, why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::people::Person;

    #[test]
    fn only_the_value_that_stands_may_be_sent() {
        let stands = json!({"id": "p", "version": 3, "created_at": "2026-01-02T08:00:00.000Z"});
        let stands: Person = serde_json::from_value(stands).unwrap();
        let earlier = json!({"created_at": "2025-01-02T08:00:00Z"});
        for (sent, refused) in [
            (json!({"version": 3, "created_at": "2026-01-02T08:00:00Z"}), None),
            (json!({"first_name": "Bo", "updated_at": null}), None),
            (json!({"version": 99}), Some("version")),
            (json!({"version": null}), Some("version")),
            (earlier, Some("created_at")),
            (json!({"created_at": null}), Some("created_at")),
            (json!({"updated_at": "2026-01-02T08:00:00Z"}), Some("updated_at")),
            (json!({"last_attended": "2026-01-02"}), Some("last_attended")),
        ] {
            let mut next = serde_json::to_value(&stands).unwrap();
            for (name, value) in sent.as_object().unwrap() {
                match value {
                    Value::Null => drop(next.as_object_mut().unwrap().remove(name)),
                    value => next[name] = value.clone(),
                }
            }
            let next: Person = serde_json::from_value(next).unwrap();
            let found = check(Some(&stands), &next, sent.as_object().unwrap()).err();
            let field = found.map(|no| match no {
                Rejection::Invalid { field, .. } => field,
                other => panic!("{other:?}"),
            });
            assert_eq!(field.as_deref(), refused, "{sent}");
        }
    }
}
