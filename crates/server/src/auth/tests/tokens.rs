//! Tokens in every spelling, good and forged.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use rollcall_core::audience::{Audience, Hearer};
use rollcall_wire::{Dialect, conversation::SignInRefusal};
use serde_json::{Value, json};

use super::{NOW, NOW_S, SECRET, load, signed, token, world};

fn gym(changes: &Value) -> Value {
    let mut claims = json!({ "token_type": "access", "exp": NOW_S + 60, "iat": NOW_S,
        "jti": "0123456789abcdef0123456789abcdef", "user_id": 7 });
    for (key, value) in changes.as_object().unwrap() {
        claims[key] = value.clone();
    }
    claims
}

#[test]
fn g2_6_the_account_is_a_number_or_a_text() {
    let world = world();
    for id in [json!(7), json!("7")] {
        let who = world.identify(Dialect::Gym, &token(&gym(&json!({ "user_id": id })))).unwrap();
        assert_eq!((who.account.id.as_str(), who.tenant.as_str()), ("7", "one"));
        assert_eq!(who.expires_at.millis(), (NOW_S + 60) * 1000);
    }
}

#[test]
fn g2_7_what_is_refused() {
    let world = world();
    let invalid = SignInRefusal::Invalid;
    for (changes, refusal) in [
        (json!({ "exp": NOW_S }), SignInRefusal::Expired),
        (json!({ "exp": NOW_S - 1 }), SignInRefusal::Expired),
        (json!({ "exp": null }), invalid),
        (json!({ "exp": "soon" }), invalid),
        (json!({ "exp": 1e300 }), invalid),
        (json!({ "nbf": NOW_S + 30 }), invalid),
        (json!({ "token_type": "refresh" }), invalid),
        (json!({ "token_type": null }), invalid),
        (json!({ "token_type": "sliding" }), invalid),
        (json!({ "user_id": null }), invalid),
        (json!({ "user_id": "" }), invalid),
        (json!({ "user_id": [7] }), invalid),
        (json!({ "user_id": 8 }), SignInRefusal::Account),
        (json!({ "user_id": 70 }), SignInRefusal::Account),
        (json!({ "tenant": "two" }), invalid),
        (json!({ "sid": "no-such-sign-in" }), SignInRefusal::Revoked),
    ] {
        let found = world.identify(Dialect::Gym, &token(&gym(&changes)));
        assert_eq!(found.unwrap_err(), refusal, "{changes}");
    }
}

#[test]
fn a_signature_must_be_ours_and_by_our_algorithm() {
    let world = world();
    let claims = gym(&json!({}));
    let good = token(&claims);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let other_body = URL_SAFE_NO_PAD.encode(gym(&json!({ "user_id": 9 })).to_string());
    for (why, bad) in [
        (
            "another secret",
            signed("another secret of thirty-two bytes", &Header::default(), &claims),
        ),
        ("HS512", signed(SECRET, &Header::new(Algorithm::HS512), &claims)),
        ("none", format!("{none}.{body}.")),
        ("none with our signature", format!("{none}.{body}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("another body", format!("{head}.{other_body}.{signature}")),
        ("two parts", format!("{head}.{body}")),
        ("empty", String::new()),
        ("dots", "..".into()),
        ("long", "a".repeat(100_000)),
    ] {
        let found = world.identify(Dialect::Gym, &bad);
        assert_eq!(found.unwrap_err(), SignInRefusal::Invalid, "{why}");
    }
    assert!(world.identify(Dialect::Gym, &good).is_ok());
}

#[test]
fn rfc_7515_4_1_11_a_token_with_something_critical_that_is_not_understood_is_refused() {
    let world = world();
    let claims = gym(&json!({}));
    for critical in [&["b64"][..], &["exp", "https://example.org/other"], &[]] {
        let critical = critical.iter().map(|&name| name.to_owned()).collect();
        let header = Header { crit: Some(critical), ..Header::default() };
        let found = world.identify(Dialect::Gym, &signed(SECRET, &header, &claims));
        assert_eq!(found.unwrap_err(), SignInRefusal::Invalid, "{header:?}");
    }
}

#[test]
fn a_token_that_was_good_once_expires_all_the_same() {
    let world = world();
    let good = token(&gym(&json!({})));
    let at = |ms| {
        world.authority.identify(Dialect::Gym, None, Some("one.example"), &good, NOW.plus_ms(ms))
    };
    assert!(at(59_999).is_ok() && at(59_999).is_ok());
    assert_eq!(at(60_000).unwrap_err(), SignInRefusal::Expired);
}

#[test]
fn church_3_2_claims() {
    let world = world();
    let church_at = |id: Value, tenant: Value, expires_s: i64| {
        let claims = json!({ "userId": id, "churchId": tenant, "email": null, "role": "admin",
            "iat": NOW_S, "exp": expires_s });
        world.identify(Dialect::Church, &token(&claims))
    };
    let church = |id: Value, tenant: Value| church_at(id, tenant, NOW_S + 60);
    let who = church(json!(7), json!("one")).unwrap();
    assert_eq!(who.account.role.name(), "trainer", "the role is read from the account");
    for same in ["7", "007"] {
        assert!(church(json!(same), json!("one")).is_ok(), "14.3");
    }
    assert_eq!(church(json!(7), json!("two")).unwrap_err(), SignInRefusal::Invalid);
    for tenant in [json!(null), json!(1), json!("")] {
        assert_eq!(church(json!(7), tenant).unwrap_err(), SignInRefusal::NoTenant, "3.3, 8.2");
    }
    for (id, tenant) in [(json!(7), json!(null)), (json!(null), json!("one"))] {
        let refusal = church_at(id, tenant, NOW_S).unwrap_err();
        assert_eq!(refusal, SignInRefusal::Expired, "3.3: in this order");
    }
}

#[test]
fn church_3_3_a_claim_that_names_nobody_is_no_unreadable_token() {
    let world = world();
    let nobody = [
        json!(null),
        json!("7a"),
        json!(""),
        json!(" 7"),
        json!(7.5),
        json!(-7),
        json!(true),
        json!([7]),
        json!({}),
        json!(u64::MAX),
        json!("99999999999999999999999"),
    ];
    for id in nobody {
        let claims = json!({ "userId": id, "churchId": "one", "exp": NOW_S + 60 });
        let refusal = world.identify(Dialect::Church, &token(&claims)).unwrap_err();
        assert_eq!(refusal, SignInRefusal::Account, "{id}");
    }
}

#[test]
fn a_token_of_one_dialect_is_none_of_another() {
    let world = world();
    let one = "one".into();
    let minted =
        Dialect::ALL.map(|d| (d, world.authority.mint(d, &one, &"7".into(), None, NOW).unwrap()));
    for (of, token) in &minted {
        for at in Dialect::ALL {
            assert_eq!(world.identify(at, token).is_ok(), at == *of, "{of:?} at {at:?}");
        }
    }
}

#[test]
fn g7_14_the_tenant_is_the_listeners_else_the_hosts_else_the_only_one() {
    let world = world();
    let token = token(&gym(&json!({})));
    let place = |listener: Option<&str>, host: Option<&str>| {
        let listener = listener.map(Into::into);
        let who = world.authority.identify(Dialect::Gym, listener.as_ref(), host, &token, NOW);
        who.map(|who| who.tenant.to_string()).ok()
    };
    assert_eq!(place(Some("two"), Some("one.example")).as_deref(), Some("two"));
    assert_eq!(place(None, Some("TWO.example:8000")).as_deref(), Some("two"));
    assert_eq!(place(None, Some("three.example")), None);
    assert_eq!(place(None, None), None);
}

#[test]
fn g7_14_a_token_of_one_gym_opens_nothing_at_the_host_of_another() {
    let world = world();
    let token = token(&gym(&json!({ "tenant": "one" })));
    let place = |dialect: Dialect, host: Option<&str>| {
        let who = world.authority.identify(dialect, None, host, &token, NOW);
        who.map(|who| who.tenant.to_string()).ok()
    };
    for host in [None, Some("one.example"), Some("ONE.example:8000"), Some("elsewhere.example")] {
        assert_eq!(place(Dialect::Gym, host).as_deref(), Some("one"), "{host:?}");
    }
    assert_eq!(place(Dialect::Gym, Some("two.example")), None);
}

#[test]
fn the_probes_tenant_does_not_end_the_only_one() {
    let world = world();
    let alone =
        super::World { store: std::sync::Arc::new(rollcall_store::MemoryStore::new()), ..world };
    load(&*alone.store, &json!({ "tenant": { "id": "solo", "name": "s" } }));
    load(&*alone.store, &json!({ "tenant": { "id": ".probe", "name": "p" } }));
    let keyring = super::Keyring::new(&super::Secret::new(SECRET));
    let authority = super::Authority::new(
        alone.store.clone(),
        keyring,
        super::Lifetimes::default(),
        &super::Limits::default(),
    );
    assert_eq!(authority.unwrap().tenant_for(None, None).unwrap(), Some("solo".into()));
}

#[test]
fn church_10_4_an_account_hears_what_it_is_assigned_to_or_teaches() {
    let world = world();
    let who = world.identify(Dialect::Gym, &token(&gym(&json!({ "user_id": 9 })))).unwrap();
    let hears = |id: &str| who.keys.hears(&Audience(vec![Hearer::Gathering(id.into())]));
    assert_eq!(["g1", "g2", "g3", "g4"].map(hears), [true, true, false, true]);
}
