//! The app's cookie (8.4).

use axum::http::{HeaderMap, header};

const NAME: &str = "authToken";

/// The token in a request's cookies, whatever the spacing between them (3.1).
pub fn token(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.find_map(|cookies| {
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.find(|(name, token)| name.trim() == NAME && !token.trim().is_empty());
        found.map(|(_, token)| token.trim().trim_matches('"').to_owned())
    })
}

/// The cookie that carries a token; by TLS only where the request came by TLS.
pub fn of(asked: &HeaderMap, token: &str, days: u32) -> String {
    let proto = asked.get("x-forwarded-proto").and_then(|proto| proto.to_str().ok());
    let secure = if proto == Some("https") { "; Secure" } else { "" };
    let seconds = u64::from(days) * 86_400;
    format!("{NAME}={token}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// The cookie that takes it away.
pub fn ended() -> String {
    format!("{NAME}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_3_1_any_legal_spacing_is_read() {
        for (cookies, found) in [
            ("authToken=abc", Some("abc")),
            ("a=1;authToken=abc;b=2", Some("abc")),
            ("a=1 ;  authToken=abc  ; b", Some("abc")),
            ("authToken=", None),
            ("xauthToken=abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookies.parse().unwrap());
            assert_eq!(token(&headers).as_deref(), found, "{cookies}");
        }
    }

    #[test]
    fn church_8_4_the_cookie_is_spelt_so() {
        let mut headers = HeaderMap::new();
        let plain = "authToken=t; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax";
        assert_eq!(of(&headers, "t", 30), plain);
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(of(&headers, "t", 30), format!("{plain}; Secure"));
    }
}
