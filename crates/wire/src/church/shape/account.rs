//! Those who look at a sheet now (6.2).

use rollcall_core::{live::PresenceMember, people::Role};
use serde::Serialize;

use super::Number;

/// One of `activeUsers`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct ActiveUser<'a> {
    pub id: Number<'a>,
    pub email: Option<&'a str>,
    pub first_name: String,
    pub last_name: String,
    pub role: &'static str,
}

/// Everybody in a room, each once.
#[must_use]
pub fn active_users(members: &[PresenceMember]) -> Vec<ActiveUser<'_>> {
    members.iter().map(ActiveUser::of).collect()
}

impl<'a> ActiveUser<'a> {
    fn of(member: &'a PresenceMember) -> Self {
        let card = member.card.as_deref();
        let email = card.and_then(|card| card.email.as_deref());
        let (first_name, last_name) = match card {
            Some(card) if !(card.first_name.is_empty() && card.last_name.is_empty()) => {
                (card.first_name.clone(), card.last_name.clone())
            }
            _ => names_of(email.unwrap_or(&member.name)),
        };
        let role = card.map_or(Role::AttendanceTaker, |card| card.role).name();
        Self { id: Number(member.account.as_str()), email, first_name, last_name, role }
    }
}

/// The names that an e-mail address suggests: its local part, split at `.`, `_` and `-`.
fn names_of(email: &str) -> (String, String) {
    let local = email.split('@').next().unwrap_or_default();
    let mut parts = local.split(['.', '_', '-']).filter(|part| !part.is_empty()).map(capital);
    let first = parts.next().unwrap_or_default();
    (first, parts.collect::<Vec<_>>().join(" "))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_6_2_an_unknown_name_is_taken_from_the_address() {
        for (email, first, last) in [
            ("pat.sample@example.com", "Pat", "Sample"),
            ("jo_ann-lee@x.org", "Jo", "Ann Lee"),
            ("user@example.com", "User", ""),
            ("", "", ""),
        ] {
            assert_eq!(names_of(email), (first.to_owned(), last.to_owned()), "{email}");
        }
    }
}
