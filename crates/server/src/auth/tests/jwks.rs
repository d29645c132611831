//! Keys of others: each by its name, with one algorithm.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rollcall_wire::{Dialect, conversation::SignInRefusal};
use serde_json::{Value, json};

use super::{Keyring, NOW_S, SECRET, Secret, World, install_provider, signed, with_keyring};

/// An Ed25519 key made for these tests, and its public half.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMo3HId4zkkNG0NV/dP5+irbV/rNxj4/Jq3Ml335H685
-----END PRIVATE KEY-----";
const PUBLIC: &str = "W4OYKr4T4izEj0AViHz3XZHbAh2IifzvPsTrGsdj-jY";

fn key(changes: &Value) -> String {
    let mut key =
        json!({ "kty": "OKP", "crv": "Ed25519", "x": PUBLIC, "kid": "k1", "alg": "EdDSA" });
    for (name, value) in changes.as_object().unwrap() {
        key[name] = value.clone();
    }
    key.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json!({ "keys": [key] }).to_string()
}

fn world() -> World {
    with_keyring(|keyring| keyring.with_jwks(&key(&json!({}))).unwrap())
}

fn header(algorithm: Algorithm, kid: Option<&str>) -> Header {
    Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) }
}

fn claims() -> Value {
    json!({ "sub": "7", "token_type": "access", "exp": NOW_S + 60 })
}

fn by_them(kid: Option<&str>) -> String {
    install_provider();
    let key = EncodingKey::from_ed_pem(PRIVATE.as_bytes()).unwrap();
    encode(&header(Algorithm::EdDSA, kid), &claims(), &key).unwrap()
}

#[test]
fn a_token_by_a_named_key_of_the_file_is_accepted() {
    let world = world();
    let token = by_them(Some("k1"));
    for _ in 0..2 {
        assert_eq!(world.identify(Dialect::Native, &token).unwrap().account.id.as_str(), "7");
    }
}

#[test]
fn a_key_is_used_with_its_own_algorithm_and_name_only() {
    let world = world();
    for (why, token) in [
        ("no name", by_them(None)),
        ("another name", by_them(Some("k2"))),
        // The classic: the public key, which everybody knows, taken as a shared secret.
        (
            "the public key as a secret",
            signed(PUBLIC, &header(Algorithm::HS256, Some("k1")), &claims()),
        ),
        (
            "our secret under its name",
            signed(SECRET, &header(Algorithm::HS256, Some("k1")), &claims()),
        ),
    ] {
        let found = world.identify(Dialect::Native, &token);
        assert_eq!(found.unwrap_err(), SignInRefusal::Invalid, "{why}");
    }
    let ours = signed(SECRET, &header(Algorithm::HS256, Some("theirs")), &claims());
    assert!(
        world.identify(Dialect::Native, &ours).is_ok(),
        "a name we do not know means the secret"
    );
}

#[test]
fn a_file_with_an_unsafe_key_is_refused_whole() {
    for (changes, why) in [
        (json!({ "kid": null }), "without `kid`"),
        (json!({ "alg": null }), "names no `alg`"),
        (json!({ "alg": "RS256" }), "not its own"),
        (json!({ "alg": "HS256" }), "for no algorithm"),
        (
            json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "crv": null, "x": null }),
            "no public key",
        ),
        (json!({ "x": "!" }), "cannot be read"),
    ] {
        install_provider();
        let found = Keyring::new(&Secret::new(SECRET)).with_jwks(&key(&changes));
        let error = found.err().expect("refused").to_string();
        assert!(error.contains(why), "{changes}: {error}");
    }
    assert!(Keyring::new(&Secret::new(SECRET)).with_jwks("{}").is_err());
}
