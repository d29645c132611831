//! Names the field of an entry that cannot be read, because serde alone does not say where it stopped.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rejection::Rejection;

/// Why `entry` cannot be read as a `T`, with the path of the field, such as `settings.gym.entry_policy`.
pub(super) fn misfit<T: DeserializeOwned>(entry: &Value, error: &str) -> Rejection {
    let missing = error.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let field = match missing {
        Some(name) => name.to_owned(),
        None => culprit::<T>(entry, error),
    };
    let field = if field.is_empty() { "fields".to_owned() } else { field };
    Rejection::invalid(field, format!("does not fit: {error}"))
}

/// The innermost field without which the entry would not fail in this way.
fn culprit<T: DeserializeOwned>(entry: &Value, error: &str) -> String {
    let mut path = String::new();
    let mut pointer = String::new();
    while let Some(Value::Object(here)) = entry.pointer(&pointer) {
        let fails_otherwise = |name: &&String| {
            let mut without = entry.clone();
            if let Some(Value::Object(there)) = without.pointer_mut(&pointer) {
                there.remove(*name);
            }
            T::deserialize(&without).err().is_none_or(|other| other.to_string() != error)
        };
        let Some(name) = here.keys().find(fails_otherwise) else { break };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::people::{Account, Gathering, Tenant};

    fn named<T: DeserializeOwned + std::fmt::Debug>(entry: Value) -> String {
        let error = T::deserialize(&entry).unwrap_err().to_string();
        match misfit::<T>(&entry, &error) {
            Rejection::Invalid { field, .. } => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_field_that_does_not_fit_is_named() {
        let tenant = |more: Value| {
            let mut entry = json!({"id": "t", "name": "T", "time_zone": "UTC"});
            entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            named::<Tenant>(entry)
        };
        assert_eq!(tenant(json!({"time_zone": "Nowhere/X"})), "time_zone");
        assert_eq!(tenant(json!({"zzz": 1})), "zzz");
        let policy = json!({"settings": {"hosts": [], "gym": {"entry_policy": "x"}}});
        assert_eq!(tenant(policy), "settings.gym.entry_policy");
        assert_eq!(tenant(json!({"settings": {"gym": {"a/b~c": 1}}})), "settings.gym.a/b~c");
        assert_eq!(named::<Account>(json!({"id": "a"})), "role");
        assert_eq!(named::<Gathering>(json!({"id": "g", "name": 5})), "name");
    }
}
