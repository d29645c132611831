//! The head of an HTTP/1 request, read at the front door before anybody knows what it asks for.
//!
//! Live routes are answered from this head alone; everything else is replayed to the HTTP library
//! byte for byte, so nothing here changes or consumes the input.

mod credentials;
mod target;

pub use target::{collapse_slashes, percent_decode, redacted};

/// Longest head in bytes, request line and headers together. A token is one to four KiB and comes
/// at most once by query and once by header, beside the cookies that other programs on the same
/// host have set; 8 KiB is what common reverse proxies pass on, so a longer one rarely gets here.
pub const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Most headers of one request. A browser behind two proxies sends about thirty.
pub const HEADERS_MAX: usize = 64;

/// What the bytes read so far are.
#[derive(Debug)]
pub enum Parsed<'b> {
    /// A whole head; what follows it begins at [`Head::length`].
    Head(Head<'b>),
    /// The beginning of one.
    NeedMore,
    /// Not HTTP/1, or over a limit.
    Malformed(Malformed),
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The head is longer than [`HEAD_BYTES_MAX`].
    #[error("request head is longer than {HEAD_BYTES_MAX} bytes")]
    TooLong,
    /// There are more headers than [`HEADERS_MAX`].
    #[error("request has more than {HEADERS_MAX} headers")]
    TooManyHeaders,
    /// RFC 9112 says otherwise.
    #[error("not an HTTP/1 request: {0}")]
    NotHttp(httparse::Error),
}

impl Malformed {
    /// The HTTP status to refuse with (RFC 6585 section 5 for heads that are too large).
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::TooLong | Self::TooManyHeaders => 431,
            Self::NotHttp(_) => 400,
        }
    }
}

/// A whole request head, borrowed from the bytes it was read from.
#[derive(Debug)]
pub struct Head<'b> {
    method: &'b str,
    target: &'b str,
    minor_version: u8,
    headers: Vec<httparse::Header<'b>>,
    length: usize,
}

/// Reads the head at the start of `input`. Cheap enough to be called again from the start whenever
/// more has arrived: nearly every head arrives in one piece.
#[must_use]
pub fn parse(input: &[u8]) -> Parsed<'_> {
    let within = &input[..input.len().min(HEAD_BYTES_MAX)];
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(within) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if within.len() == HEAD_BYTES_MAX => {
            return Parsed::Malformed(Malformed::TooLong);
        }
        Ok(httparse::Status::Partial) => return Parsed::NeedMore,
        Err(httparse::Error::TooManyHeaders) => {
            return Parsed::Malformed(Malformed::TooManyHeaders);
        }
        Err(error) => return Parsed::Malformed(Malformed::NotHttp(error)),
    };
    Parsed::Head(Head {
        method: request.method.unwrap_or_default(),
        target: request.path.unwrap_or_default(),
        minor_version: request.version.unwrap_or_default(),
        headers: request.headers.to_vec(),
        length,
    })
}

impl<'b> Head<'b> {
    /// The method as sent; methods are case-sensitive.
    #[must_use]
    pub fn method(&self) -> &'b str {
        self.method
    }

    /// The request target as sent. It may hold a token: log [`Head::redacted_target`] instead.
    #[must_use]
    pub fn target(&self) -> &'b str {
        self.target
    }

    /// The digit after `HTTP/1.`.
    #[must_use]
    pub fn minor_version(&self) -> u8 {
        self.minor_version
    }

    /// Bytes of the input that are the head, up to and with the empty line.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The first header of this name, in any case, without the space around it. A value that is not
    /// UTF-8 counts as absent: none of the headers read here may hold such.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'b str> {
        self.headers_named(name).next()
    }

    /// All headers of this name, in order.
    pub fn headers_named<'h>(
        &'h self,
        name: &'h str,
    ) -> impl Iterator<Item = &'b str> + use<'h, 'b> {
        let named =
            self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.filter_map(|header| std::str::from_utf8(header.value).ok()).map(trim)
    }

    /// Whether the comma-separated lists in the headers of this name hold `token`, in any case.
    #[must_use]
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.tokens(name).any(|each| each.eq_ignore_ascii_case(token))
    }

    /// The items of the comma-separated lists in all headers of this name (RFC 9110 section 5.6.1).
    pub fn tokens<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'b str> + use<'h, 'b> {
        let items = self.headers_named(name).flat_map(|list| list.split(','));
        items.map(trim).filter(|item| !item.is_empty())
    }

    /// Whether the client wants a WebSocket. Whether it asks for it well is judged by
    /// [`crate::websocket::handshake::answer`], which can then say what is wrong.
    #[must_use]
    pub fn is_websocket_upgrade(&self) -> bool {
        self.has_token("upgrade", "websocket")
    }
}

/// Strips the white space that HTTP allows around a value (RFC 9110 section 5.6.3).
fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}
