//! Passwords, sessions and their ends.

use std::net::{IpAddr, Ipv4Addr};

use rollcall_wire::{Dialect, conversation::SignInRefusal};

use super::{NOW, World, world};
use crate::{
    auth::{Authority, SignIn, SignInError, Tokens},
    config::Secret,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

async fn try_from(
    world: &World,
    address: IpAddr,
    dialect: Dialect,
    login: &str,
    password: &str,
) -> Result<Tokens, SignInError> {
    let (tenant, login, password) = ("one".into(), login.to_owned(), Secret::new(password));
    let ask = SignIn { dialect, tenant, login, password, address };
    world.authority.sign_in(ask, NOW, async |ask| world.commit(ask)).await
}

async fn sign_in(world: &World, dialect: Dialect) -> Tokens {
    try_from(world, HERE, dialect, "ada", "pass 7").await.unwrap()
}

#[tokio::test]
async fn a_sign_in_gives_tokens_that_open_the_dialect_they_are_for() {
    let world = world();
    for dialect in Dialect::ALL {
        let tokens = sign_in(&world, dialect).await;
        let who = world.identify(dialect, &tokens.access).unwrap();
        assert_eq!(who.account.id.as_str(), "7");
        assert!(who.session.is_some());
        let Some(refresh) = tokens.refresh else { continue };
        let found = world.identify(dialect, &refresh);
        assert_eq!(found.unwrap_err(), SignInRefusal::Invalid, "a refresh token opens nothing");
    }
}

#[tokio::test]
async fn g8_3_unknown_disabled_and_mistaken_are_refused_alike() {
    let world = world();
    for (login, password) in
        [("ada", "pass 8"), ("nobody", "pass 7"), ("bob", "pass 8"), ("cleo", ""), ("", "")]
    {
        let found = try_from(&world, HERE, Dialect::Gym, login, password).await;
        assert!(matches!(found, Err(SignInError::Wrong)), "{login}: {found:?}");
    }
}

#[tokio::test]
async fn g10_2_failures_are_limited_per_account_and_address() {
    let world = world();
    for _ in 0..5 {
        sign_in(&world, Dialect::Gym).await;
    }
    for _ in 0..3 {
        let found = try_from(&world, HERE, Dialect::Gym, "ada", "guess").await;
        assert!(matches!(found, Err(SignInError::Wrong)));
    }
    let right = try_from(&world, HERE, Dialect::Gym, "ADA", "pass 7").await;
    let Err(SignInError::TooMany { wait_ms }) = right else { panic!("{right:?}") };
    assert_eq!(wait_ms, 20_000);
    assert!(try_from(&world, THERE, Dialect::Gym, "ada", "pass 7").await.is_ok());
    let other = try_from(&world, HERE, Dialect::Gym, "cleo", "guess").await;
    assert!(matches!(other, Err(SignInError::Wrong)));
}

#[tokio::test]
async fn g10_2_every_spelling_and_every_name_of_an_account_counts_together() {
    let world = world();
    for login in [" ada", "ada\u{a0}\t", "ADA@example.org "] {
        let found = try_from(&world, HERE, Dialect::Native, login, "guess").await;
        assert!(matches!(found, Err(SignInError::Wrong)), "{login:?}: {found:?}");
    }
    for login in ["ada", "\tAda", "ada@example.org", "+49 170 1"] {
        let found = try_from(&world, HERE, Dialect::Native, login, "pass 7").await;
        assert!(matches!(found, Err(SignInError::TooMany { .. })), "{login:?}: {found:?}");
    }
}

#[tokio::test]
async fn g10_2_every_spelling_of_a_name_that_nobody_has_counts_together() {
    let world = world();
    for login in ["nobody", " Nobody", "NOBODY\t"] {
        let found = try_from(&world, HERE, Dialect::Native, login, "guess").await;
        assert!(matches!(found, Err(SignInError::Wrong)), "{login:?}: {found:?}");
    }
    let found = try_from(&world, HERE, Dialect::Native, "\u{a0}nobody", "guess").await;
    assert!(matches!(found, Err(SignInError::TooMany { .. })), "{found:?}");
}

#[tokio::test]
async fn a_sign_out_ends_access_and_refresh_tokens_at_once() {
    let world = world();
    let tokens = sign_in(&world, Dialect::Gym).await;
    world.commit(Authority::sign_out(&tokens.who).unwrap()).unwrap();
    let access = world.identify(Dialect::Gym, &tokens.access);
    assert_eq!(access.unwrap_err(), SignInRefusal::Revoked);
    let again = world.authority.reidentify(&tokens.who, NOW);
    assert_eq!(again.unwrap_err(), SignInRefusal::Revoked);
    let refreshed = refresh(&world, Dialect::Gym, tokens.refresh.unwrap(), 0).await;
    assert!(matches!(refreshed, Err(SignInError::Token(SignInRefusal::Revoked))));
}

async fn refresh(
    world: &World,
    dialect: Dialect,
    token: String,
    after_ms: i64,
) -> Result<Tokens, SignInError> {
    let now = NOW.plus_ms(after_ms);
    let commit = async |ask| world.commit(ask);
    world.authority.refresh(dialect, Some("one".into()), None, token, now, commit).await
}

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn g8_3_a_refresh_token_is_not_rotated_and_ends_after_a_week() {
    let world = world();
    let tokens = sign_in(&world, Dialect::Gym).await;
    let token = tokens.refresh.unwrap();
    let next = refresh(&world, Dialect::Gym, token.clone(), 3 * DAY_MS).await.unwrap();
    assert_eq!(next.refresh.as_deref(), Some(&*token));
    assert_eq!(next.access_expires_at, NOW.plus_ms(4 * DAY_MS));
    let access = refresh(&world, Dialect::Gym, next.access, 0).await;
    assert!(matches!(access, Err(SignInError::Token(SignInRefusal::Invalid))));
    let late = refresh(&world, Dialect::Gym, token, 7 * DAY_MS).await;
    assert!(matches!(late, Err(SignInError::Token(SignInRefusal::Expired))));
}

#[tokio::test]
async fn church_8_5_a_refresh_begins_the_thirty_days_anew() {
    let world = world();
    let first = sign_in(&world, Dialect::Church).await;
    let next = refresh(&world, Dialect::Church, first.access, 29 * DAY_MS).await.unwrap();
    assert_eq!(next.who.session, first.who.session);
    assert_eq!(next.access_expires_at, NOW.plus_ms(59 * DAY_MS));
    let later = NOW.plus_ms(58 * DAY_MS);
    let one = "one".into();
    assert!(
        world.authority.identify(Dialect::Church, Some(&one), None, &next.access, later).is_ok()
    );
}
