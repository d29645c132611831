//! Where a command's fields stand in the request that carries it. The rules name a field as the
//! command has it; a client looks for it from the request's `data` inwards.

use rollcall_core::command::Command;

/// How a request carries the fields that a rejection may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// As the command's own.
    Plainly,
    /// An entry's, within the command's `fields`.
    WithinFields,
}

impl Carried {
    /// By a command.
    #[must_use]
    pub const fn by(command: &Command) -> Self {
        match command {
            Command::Change { .. } | Command::AddGathering { .. } => Self::WithinFields,
            _ => Self::Plainly,
        }
    }

    /// The path of a field, such as `command.data.location`.
    #[must_use]
    pub(super) fn path(self, field: &str) -> String {
        match (self, field) {
            (Self::WithinFields, "id" | "list" | "fields") | (Self::Plainly, _) => {
                format!("command.data.{field}")
            }
            (Self::WithinFields, _) => format!("command.data.fields.{field}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_named_as_the_request_has_it() {
        let change = json!({"type": "change", "data": {"list": "people", "id": "p", "fields": {}}});
        let check_in = json!({"type": "check_in", "data": {"person": {"id": "p"}}});
        for (command, field, path) in [
            (&check_in, "location", "command.data.location"),
            (&change, "id", "command.data.id"),
            (&change, "notes", "command.data.fields.notes"),
        ] {
            let command: Command = serde_json::from_value(command.clone()).unwrap();
            assert_eq!(Carried::by(&command).path(field), path);
        }
    }
}
