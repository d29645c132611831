//! Where a request can carry a token: cookies and the `Authorization` header.

use super::{Head, trim};

impl<'b> Head<'b> {
    /// The first cookie of exactly this name (RFC 6265 section 5.4), with any spacing around its
    /// parts and without the quotes that may enclose its value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'b str> {
        let cookies = self.headers_named("cookie").flat_map(|line| line.split(';'));
        let mut pairs = cookies.filter_map(|cookie| cookie.split_once('='));
        let (_, value) = pairs.find(|(each, _)| trim(each) == name)?;
        let value = trim(value);
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        Some(unquoted.unwrap_or(value))
    }

    /// The token of `Authorization: Bearer …` (RFC 6750 section 2.1; the scheme in any case).
    /// An empty one counts as absent.
    #[must_use]
    pub fn bearer(&self) -> Option<&'b str> {
        let (scheme, token) = self.header("authorization")?.split_once([' ', '\t'])?;
        let token = trim(token);
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }
}
