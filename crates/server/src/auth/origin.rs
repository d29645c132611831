//! Which pages may connect, and what browsers are told about it (gym G8.15, G10.1).

/// `Vary: Origin`, on every answer: keeps caches from giving one page's answer to another.
pub const VARY: (&str, &str) = ("vary", "Origin");

/// `Access-Control-Allow-Credentials: true`, beside [`Origins::echo`].
pub const CREDENTIALS: (&str, &str) = ("access-control-allow-credentials", "true");

/// The origins whose pages may connect.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// In the form browsers write them; empty: every page may.
    listed: Vec<String>,
}

impl Origins {
    /// Origins as the operator wrote them; none means that every page may connect.
    #[must_use]
    pub fn new(listed: &[String]) -> Self {
        Self { listed: listed.iter().map(|origin| plain(origin)).collect() }
    }

    /// Whether every page may connect, which is worth a warning at the start.
    #[must_use]
    pub fn any(&self) -> bool {
        self.listed.is_empty()
    }

    /// Whether a request with that `Origin`, sent to that `Host`, may go on. Devices and scripts
    /// send no origin and may.
    #[must_use]
    pub fn allows(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let origin = plain(origin);
        self.any() || self.listed.contains(&origin) || host.is_some_and(|host| same(&origin, host))
    }

    /// The value of `Access-Control-Allow-Origin`: the origin itself and never `*`, because
    /// clients send credentials. `None` without an origin and for pages that may not.
    #[must_use]
    pub fn echo<'a>(&self, origin: Option<&'a str>, host: Option<&str>) -> Option<&'a str> {
        origin.filter(|_| self.allows(origin, host))
    }
}

/// The form in which browsers write an origin: lower case, without the scheme's own port.
fn plain(origin: &str) -> String {
    let origin = origin.trim().to_ascii_lowercase();
    let short = match origin.split_once("://") {
        Some(("http", _)) => origin.strip_suffix(":80"),
        Some(("https", _)) => origin.strip_suffix(":443"),
        _ => None,
    };
    short.unwrap_or(&origin).to_owned()
}

/// Whether the page came from the host that it now asks.
fn same(origin: &str, host: &str) -> bool {
    let Some((scheme, _)) = origin.split_once("://") else { return false };
    origin == plain(&format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_1_which_pages_may_connect() {
        let none = Origins::new(&[]);
        let some =
            Origins::new(&["https://Desk.example.org".into(), "http://localhost:3000".into()]);
        for (origins, origin, host, expected) in [
            (&none, Some("https://evil.example"), Some("gym.example"), true),
            (&some, None, Some("gym.example"), true),
            (&some, Some("https://desk.example.org"), Some("gym.example"), true),
            (&some, Some("https://desk.example.org:443"), Some("gym.example"), true),
            (&some, Some("http://desk.example.org"), Some("gym.example"), false),
            (&some, Some("http://localhost:3000"), None, true),
            (&some, Some("http://localhost:3001"), None, false),
            (&some, Some("https://gym.example"), Some("GYM.example"), true),
            (&some, Some("https://gym.example"), Some("gym.example:443"), true),
            (&some, Some("http://gym.example:8000"), Some("gym.example:8000"), true),
            (&some, Some("http://gym.example:8001"), Some("gym.example:8000"), false),
            (&some, Some("https://gym.example.evil"), Some("gym.example"), false),
            (&some, Some("null"), Some("gym.example"), false),
            (&some, Some(""), Some("gym.example"), false),
        ] {
            assert_eq!(origins.allows(origin, host), expected, "{origin:?} at {host:?}");
        }
    }

    #[test]
    fn g8_15_an_allowed_origin_is_echoed_never_a_star() {
        let some = Origins::new(&["https://desk.example.org".into()]);
        let echo = some.echo(Some("https://desk.example.org"), Some("gym.example"));
        assert_eq!(echo, Some("https://desk.example.org"));
        assert_eq!(some.echo(Some("https://evil.example"), Some("gym.example")), None);
        assert_eq!(some.echo(None, Some("gym.example")), None);
    }
}
