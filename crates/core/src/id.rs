//! Names of things: one small text type per kind, so that two kinds can never be confused.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{limits, rejection::Rejection};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a text that is known to be well formed (read back from a store or minted by us).
            #[must_use]
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// Checks a text that came from outside: not empty, at most
            /// [`limits::ID_BYTES_MAX`] bytes, no control characters.
            ///
            /// # Errors
            /// [`Rejection::Invalid`] naming `field`.
            pub fn parse(field: &'static str, text: &str) -> Result<Self, Rejection> {
                well_formed(field, text)?;
                Ok(Self(text.into()))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

ids! {
    /// A customer's closed world; every other id is read inside one.
    TenantId,
    /// Someone who signs in.
    AccountId,
    /// Someone on a roster.
    PersonId,
    /// People who belong together.
    FamilyId,
    /// A class or team that people belong to.
    GroupId,
    /// What recurs or happens and is attended.
    GatheringId,
    /// One stay at a desk.
    VisitId,
    /// A kind of document, such as `grade`.
    DocumentKind,
    /// One document of a kind.
    DocumentId,
    /// A sign-in that can be refreshed and revoked.
    SessionId,
    /// A client's own id for a command; committing it again gives the first answer again.
    CommandId,
}

fn well_formed(field: &'static str, text: &str) -> Result<(), Rejection> {
    let why = if text.is_empty() {
        "must not be empty"
    } else if text.len() > limits::ID_BYTES_MAX {
        "is longer than 128 bytes"
    } else if text.chars().any(char::is_control) {
        "must not hold control characters"
    } else {
        return Ok(());
    };
    Err(Rejection::invalid(field, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_outside_is_checked() {
        for bad in ["", "a\nb", &"x".repeat(129)] {
            assert!(PersonId::parse("person", bad).is_err(), "{bad:?}");
        }
        assert_eq!(PersonId::parse("person", "7").map(|id| id.to_string()), Ok("7".into()));
    }
}
