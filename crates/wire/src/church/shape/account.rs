//! Those who look at a sheet now (6.2).

use rollcall_core::live::PresenceMember;
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
        let account = &*member.account;
        let email = account.email.as_deref();
        let (first_name, last_name) =
            if account.first_name.is_empty() && account.last_name.is_empty() {
                email.map_or_else(|| names_of(&account.display_name()), names_of)
            } else {
                (account.first_name.clone(), account.last_name.clone())
            };
        let role = account.role.name();
        Self { id: Number(account.id.as_str()), email, first_name, last_name, role }
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
