//! By which other names a row is found, and which numbers it uses up: the same for every store.

use rollcall_core::{
    facts::{Alias, Row, Series},
    people::Account,
};

/// Digits of an id that counts as a number: what JavaScript keeps exactly.
const NUMBER_DIGITS_MAX: usize = 15;

/// All series, in the order of their places in [`series_place`].
pub(crate) const ALL_SERIES: [Series; 4] =
    [Series::Sheets, Series::People, Series::Families, Series::Gatherings];

/// A login as it is compared: without letter case and outer blanks.
#[must_use]
pub fn login_form(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Everything that an account signs in by, each once, in the form that is compared.
pub(crate) fn logins(account: &Account) -> Vec<String> {
    let mut all: Vec<String> = [&account.email, &account.username, &account.mobile]
        .into_iter()
        .flatten()
        .map(|login| login_form(login))
        .filter(|login| !login.is_empty())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Every alias that leads to the row.
pub(crate) fn aliases(row: &Row) -> Vec<Alias> {
    match row {
        Row::Account(account) => logins(account).into_iter().map(Alias::Login).collect(),
        Row::Person(person) => person.number.clone().map(Alias::Number).into_iter().collect(),
        Row::Visit(visit) if visit.check_out.is_none() => {
            vec![Alias::OpenVisit(visit.person.clone())]
        }
        Row::Sheet(sheet) => vec![Alias::SheetNumber(sheet.number)],
        _ => Vec::new(),
    }
}

/// The number that the row takes from a series, if it takes one.
pub(crate) fn number_taken(row: &Row) -> Option<(Series, u64)> {
    match row {
        Row::Sheet(sheet) => Some((Series::Sheets, sheet.number)),
        Row::Person(person) => Some((Series::People, numeric(person.id.as_str())?)),
        Row::Family(family) => Some((Series::Families, numeric(family.id.as_str())?)),
        Row::Gathering(gathering) => Some((Series::Gatherings, numeric(gathering.id.as_str())?)),
        _ => None,
    }
}

fn numeric(id: &str) -> Option<u64> {
    let plain = id.len() <= NUMBER_DIGITS_MAX && id.bytes().all(|b| b.is_ascii_digit());
    if plain { id.parse().ok() } else { None }
}

/// The place of a series in a list of all.
pub(crate) const fn series_place(series: Series) -> usize {
    match series {
        Series::Sheets => 0,
        Series::People => 1,
        Series::Families => 2,
        Series::Gatherings => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_digits_are_a_number() {
        for (id, number) in [
            ("7", Some(7)),
            ("0", Some(0)),
            ("", None),
            ("p7", None),
            ("-7", None),
            ("1234567890123456", None),
        ] {
            assert_eq!(numeric(id), number, "{id:?}");
        }
    }

    #[test]
    fn every_series_has_its_place() {
        for (place, series) in ALL_SERIES.into_iter().enumerate() {
            assert_eq!(series_place(series), place);
        }
    }
}
