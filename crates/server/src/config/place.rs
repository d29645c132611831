//! Settings: where everything is kept.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

/// Where tenants are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:DIR`: in files in a directory.
    Sqlite(PathBuf),
    /// `memory:`: until the program ends.
    Memory,
}

impl std::str::FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("sqlite", dir)) if !dir.is_empty() => Ok(Self::Sqlite(dir.into())),
            Some(("postgres" | "postgresql", _)) => {
                Err("this version keeps tenants in SQLite only: write sqlite:DIR".into())
            }
            _ => Err(format!("{text:?} is no store: write sqlite:DIR or memory:")),
        }
    }
}

impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stores_that_are_there_are_accepted() {
        assert_eq!("sqlite:/var/lib/x".parse(), Ok(StoreUrl::Sqlite("/var/lib/x".into())));
        assert_eq!("memory:".parse(), Ok(StoreUrl::Memory));
        for bad in ["", "sqlite:", "memory", "memory:x", "mysql://h/db"] {
            assert!(bad.parse::<StoreUrl>().is_err(), "{bad}");
        }
        let postgres = "postgres://h/db".parse::<StoreUrl>().unwrap_err();
        assert!(postgres.contains("SQLite only"), "{postgres}");
    }
}
