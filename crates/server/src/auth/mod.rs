//! Who may come in: passwords, tokens, sign-ins and origins.

mod authority;
mod believe;
mod cache;
mod claims;
mod keyring;
mod origin;
mod pace;
mod password;
mod sign_in;
#[cfg(test)]
mod tests;

pub use self::{
    authority::Authority,
    believe::Believed,
    claims::{Claims, TokenKind, number_or_text},
    keyring::{JwksError, Keyring},
    origin::{CREDENTIALS, Origins, VARY},
    pace::{Pace, TooFast},
    password::{PASSWORD_BYTES_MAX, Passwords, hash as hash_password},
    sign_in::{SignIn, SignInError, Tokens},
};

/// Chooses the cryptography of tokens for the whole process. Call it first; again does nothing.
pub fn install_provider() {
    // An error only says that it was chosen before.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
