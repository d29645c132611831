//! One JSON object of the file, read with the path of whatever does not fit (T1).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::FileError;

/// An object and its place in the file.
pub(super) struct Entry {
    pub(super) path: String,
    fields: Map<String, Value>,
}

impl Entry {
    pub(super) fn new(path: String, value: Value) -> Result<Self, FileError> {
        match value {
            Value::Object(fields) => Ok(Self { path, fields }),
            _ if path.is_empty() => Err(FileError::new("file", "must be one object")),
            _ => Err(FileError::new(path, "must be an object")),
        }
    }

    /// The place of a field.
    pub(super) fn at(&self, field: &str) -> String {
        joined(&self.path, field)
    }

    /// Takes a field out; `null` is as good as absent.
    pub(super) fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Takes a text out.
    pub(super) fn take_text(&mut self, field: &str) -> Result<Option<String>, FileError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(FileError::new(self.at(field), "must be a text")),
        }
    }

    /// Takes a list of objects out, each with its place.
    pub(super) fn take_list(&mut self, field: &str) -> Result<Vec<Self>, FileError> {
        let path = self.at(field);
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let places = values.into_iter().enumerate();
                places.map(|(n, value)| Self::new(format!("{path}[{n}]"), value)).collect()
            }
            Some(_) => Err(FileError::new(path, "must be a list")),
        }
    }

    /// Lets `null` stand for the default of these fields.
    pub(super) fn default_for_null(&mut self, fields: &[&str]) {
        for field in fields {
            if self.fields.get(*field).is_some_and(Value::is_null) {
                self.fields.remove(*field);
            }
        }
    }

    /// What a field is if the file does not say.
    pub(super) fn or(&mut self, field: &str, value: impl Into<Value>) {
        if self.fields.get(field).is_none_or(Value::is_null) {
            self.fields.insert(field.into(), value.into());
        }
    }

    /// Refuses whatever is left.
    pub(super) fn finish(self, known: &[&str]) -> Result<(), FileError> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(key) => {
                let why = format!("is an unknown key, expected one of {}", known.join(", "));
                Err(FileError::new(self.at(key), why))
            }
        }
    }

    /// The object as what it describes, or the place at which it does not fit.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, FileError> {
        let whole = Value::Object(self.fields);
        T::deserialize(&whole).map_err(|error| {
            let complaint = error.to_string();
            let path =
                stumble::<T>(whole, &complaint).iter().fold(self.path, |path, step| match step {
                    Step::Key(key) => joined(&path, key),
                    Step::Index(n) => format!("{path}[{n}]"),
                });
            FileError::new(path, complaint)
        })
    }
}

fn joined(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

enum Step {
    Key(String),
    Index(usize),
}

/// The way to the part at which reading stops. serde tells what is wrong but not where; it reads
/// in order, so the culprit is the first child without which (and all after it) the complaint
/// would be another one.
fn stumble<T: DeserializeOwned>(mut whole: Value, complaint: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(children) = inside(&mut whole, &steps).map(|value| size(value)) {
        let same = |kept: usize| {
            let mut cut = whole.clone();
            if let Some(value) = inside(&mut cut, &steps) {
                truncate(value, kept);
            }
            let complains = T::deserialize(&cut).is_err_and(|error| error.to_string() == complaint);
            complains.then_some(cut)
        };
        let Some((kept, cut)) = (0..=children).find_map(|kept| Some((kept, same(kept)?))) else {
            break;
        };
        let Some(culprit) = kept.checked_sub(1) else { break };
        whole = cut;
        let step = match inside(&mut whole, &steps) {
            Some(Value::Object(fields)) => fields.keys().nth(culprit).cloned().map(Step::Key),
            _ => Some(Step::Index(culprit)),
        };
        steps.extend(step);
    }
    steps
}

fn inside<'v>(whole: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(whole, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(n) => value.get_mut(n),
    })
}

fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len(),
        Value::Array(values) => values.len(),
        _ => 0,
    }
}

fn truncate(value: &mut Value, kept: usize) {
    match value {
        Value::Object(fields) => {
            *fields = std::mem::take(fields).into_iter().take(kept).collect();
        }
        Value::Array(values) => values.truncate(kept),
        _ => {}
    }
}
