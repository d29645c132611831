//! `/api/auth/token/`: tokens for a password, a new one for an old one, and whether one is good.

pub(super) mod obtain;
pub(super) mod refresh;
pub(super) mod verify;

use super::super::{caller, refused::Refused};
use crate::auth::SignInError;

impl From<SignInError> for Refused {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::Login,
            SignInError::TooMany { wait_ms } => Self::TooFast(wait_ms),
            SignInError::Token(refusal) => caller::refused(refusal),
            SignInError::Refused(refusal) => refusal.into(),
        }
    }
}
