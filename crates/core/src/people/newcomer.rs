//! People as a form enters them: names may be unknown (church 8.21).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Family, Person, PersonKind};
use crate::{
    decide::Situation,
    facts::Series,
    id::{FamilyId, PersonId},
    limits,
    rejection::{Fault, Rejection},
};

/// Somebody about to be entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Newcomer {
    /// Given name; absent: unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name; absent: unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Whether it is a child.
    pub child: bool,
}

const UNKNOWN: &str = "Unknown";

impl Newcomer {
    /// Given and family name, with the usual words for unknown ones: children are counted,
    /// `nth_child` being 1 for the first of a command.
    #[must_use]
    pub fn names(&self, nth_child: usize) -> (String, String) {
        let known = |name: &Option<String>| {
            name.as_deref().map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned)
        };
        let first = known(&self.first_name).unwrap_or_else(|| match self.child {
            true => format!("Child {nth_child}"),
            false => UNKNOWN.to_owned(),
        });
        (first, known(&self.last_name).unwrap_or_else(|| UNKNOWN.to_owned()))
    }

    /// Whether both names are known, so that it can be somebody who is there already.
    #[must_use]
    pub fn is_named(&self) -> bool {
        let known = |name: &Option<String>| name.as_deref().is_some_and(|n| !n.trim().is_empty());
        known(&self.first_name) && known(&self.last_name)
    }
}

/// The names of all, children with unknown names counted up.
pub(crate) fn check_newcomers(
    people: &[Newcomer],
) -> Result<Vec<(String, String, bool)>, Rejection> {
    if people.is_empty() {
        return Err(Rejection::invalid("people", "must not be empty"));
    }
    if people.len() > limits::NEWCOMERS_MAX {
        let what = "people of one command".into();
        return Err(Rejection::TooMany { what, max: limits::NEWCOMERS_MAX });
    }
    let mut children = 0;
    people
        .iter()
        .map(|newcomer| {
            children += usize::from(newcomer.child && newcomer.first_name.is_none());
            let (first, last) = newcomer.names(children);
            let too_long = |name: &str| name.chars().count() > limits::NEWCOMER_NAME_CHARS_MAX;
            if too_long(&first) || too_long(&last) {
                return Err(Rejection::invalid("people", "holds a name over 100 characters"));
            }
            Ok((first, last, newcomer.child))
        })
        .collect()
}

/// A person under the next number.
pub(crate) fn new_person(
    at: &Situation<'_>,
    (first_name, last_name, child): (String, String, bool),
    kind: PersonKind,
    family: Option<FamilyId>,
) -> Result<Arc<Person>, Fault> {
    Ok(Arc::new(Person {
        id: PersonId::new(at.facts.next_number(Series::People)?.to_string()),
        first_name,
        last_name,
        child,
        kind,
        family,
        created_at: Some(at.now),
        updated_at: Some(at.now),
        version: 1,
        ..Person::default()
    }))
}

/// A family under the next number.
pub(crate) fn new_family(
    at: &Situation<'_>,
    name: String,
    kind: PersonKind,
    notes: Option<String>,
) -> Result<Arc<Family>, Fault> {
    let id = FamilyId::new(at.facts.next_number(Series::Families)?.to_string());
    Ok(Arc::new(Family { id, name, kind, notes, last_attended: None, created_at: Some(at.now) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_8_21_unknown_names_get_the_usual_words() {
        let child = Newcomer { child: true, ..Newcomer::default() };
        let named = Newcomer {
            first_name: Some("Kim".into()),
            last_name: Some("Stone".into()),
            child: true,
        };
        let people = [Newcomer::default(), child.clone(), named, child];
        let names: Vec<_> = check_newcomers(&people)
            .unwrap()
            .into_iter()
            .map(|(f, l, _)| format!("{f}|{l}"))
            .collect();
        assert_eq!(names, ["Unknown|Unknown", "Child 1|Unknown", "Kim|Stone", "Child 2|Unknown"]);
    }

    #[test]
    fn church_11_1_at_most_50_people_a_call() {
        assert!(check_newcomers(&[]).is_err());
        assert!(check_newcomers(&vec![Newcomer::default(); 50]).is_ok());
        assert!(check_newcomers(&vec![Newcomer::default(); 51]).is_err());
    }
}
