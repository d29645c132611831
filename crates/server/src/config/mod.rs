//! Settings: defaults, then a TOML file, then the environment, then flags; each key checked.

mod church;
mod flags;
mod gym;
mod limits;
mod listener;
mod load;
mod log;
mod place;
mod proxy;
mod secret;
mod setting;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub use self::{
    church::Church,
    flags::{Flags, PlaceFlags},
    gym::Gym,
    limits::Limits,
    listener::{INDEX, Listener},
    load::{ConfigError, unknown_variables},
    log::{Log, LogFormat},
    place::StoreUrl,
    proxy::Proxy,
    secret::{SECRET_BYTES_MIN, SECRET_VARIABLE, Secret, WeakSecret},
    setting::Setting,
    tokens::Lifetimes,
};
use self::{secret::Secret as Hidden, setting::section};

section! {
    /// Everything an operator can choose.
    pub struct Config in "" {
        /// Directory in which tenants are kept.
        data: PathBuf = PathBuf::from("rollcall-data"),
        /// Where tenants are kept instead of `data`: `sqlite:DIR`, or `memory:` to keep nothing.
        store: Option<StoreUrl> = None,
        /// Addresses where a dialect is spoken, `DIALECT=ADDRESS:PORT` each, or tables with
        /// `dialect`, `address`, `tenant` (of tokens that name none), `trust_handshake` and, for the
        /// gym and the church, `ui`: the directory of the app's built pages.
        #[serde(deserialize_with = "setting::list")]
        listen: Vec<Listener> = Vec::from(["native=127.0.0.1:8080"].map(native)),
        /// Believes church handshakes without a token, on every church listener (church 3.7).
        /// For closed networks only: anybody who can reach the port can then listen.
        trust_handshake: bool = false,
        /// Tenant files to load before listening.
        #[serde(deserialize_with = "setting::list")]
        import: Vec<PathBuf> = Vec::new(),
        /// Replaces a tenant that is there already by the imported file.
        replace: bool = false,
        /// Origins whose pages may connect, such as `https://desk.example.org`, besides the
        /// program's own. Empty: every page may, with a warning at the start (gym G10.1).
        #[serde(deserialize_with = "setting::list")]
        allow_origins: Vec<String> = Vec::new(),
        /// Proxies whose `X-Forwarded-For` is believed, so that limits by address count each client
        /// and not the proxy: addresses, networks such as `10.0.0.0/8`, `loopback` (this machine) or
        /// `private` (any private network: for containers).
        #[serde(deserialize_with = "setting::list")]
        trusted_proxies: Vec<Proxy> = Vec::from(["loopback"].map(proxy)),
        /// Signs tokens (HS256); at least 32 bytes, known to nobody else. Better in the
        /// environment than in a file.
        jwt_secret: Option<Hidden> = None,
        /// A file of public keys (a JWKS) whose tokens are accepted too; each key names its
        /// `kid` and `alg`.
        jwks: Option<PathBuf> = None,
        /// Seconds over which connections are sent away when the program stops.
        drain_seconds: u32 = 5,
        /// Threads that serve connections; 0 means one per core.
        shards: usize = 0,
        /// Address of its own for `/metrics`. Absent: on every listener, for this machine only.
        metrics: Option<SocketAddr> = None,
        /// How long tokens count.
        tokens: Lifetimes = Lifetimes::default(),
        /// How much one client, account or address may ask.
        limits: Limits = Limits::default(),
        /// What an operator may choose for the gym dialect.
        gym: Gym = Gym::default(),
        /// What an operator may choose for the church dialect.
        church: Church = Church::default(),
        /// What the program says about itself.
        log: Log = Log::default(),
    }
}

/// The one default listener; its text is a constant, so the fallback is never used.
fn native(text: &str) -> Listener {
    text.parse().unwrap_or(Listener {
        dialect: rollcall_wire::Dialect::Native,
        address: SocketAddr::from(([127, 0, 0, 1], 8080)),
        tenant: None,
        trust_handshake: false,
        ui: None,
    })
}

/// The one proxy trusted by default; its text is a constant, so the fallback is never used.
fn proxy(text: &str) -> Proxy {
    text.parse().unwrap_or(Proxy::Loopback)
}

/// Sections within [`Config`], whose settings stand in lists of their own.
const SECTIONS: &[&str] = &["tokens", "limits", "gym", "church", "log"];

/// A setting with a value that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} {why}")]
pub struct Wrong {
    /// Its key.
    pub key: &'static str,
    /// What is wrong with it, to be read after the key.
    pub why: String,
}

impl Wrong {
    pub(self) fn unless(fine: bool, key: &'static str, why: &str) -> Result<(), Self> {
        if fine { Ok(()) } else { Err(Self { key, why: why.to_owned() }) }
    }
}

impl Config {
    /// Every setting of the program, section by section.
    pub fn settings() -> impl Iterator<Item = &'static Setting> {
        let own = Self::SETTINGS.iter().filter(|setting| !SECTIONS.contains(&setting.key));
        own.chain(Lifetimes::SETTINGS)
            .chain(Limits::SETTINGS)
            .chain(Gym::SETTINGS)
            .chain(Church::SETTINGS)
            .chain(Log::SETTINGS)
    }

    /// Where tenants are kept.
    #[must_use]
    pub fn store(&self) -> StoreUrl {
        self.store.clone().unwrap_or_else(|| StoreUrl::Sqlite(self.data.clone()))
    }

    /// The directory with the program's files, if it keeps any.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match &self.store {
            Some(StoreUrl::Memory) => None,
            Some(StoreUrl::Sqlite(directory)) => Some(directory),
            None => Some(&self.data),
        }
    }

    /// The file with the tenants, if they are kept in one.
    #[must_use]
    pub fn database(&self) -> Option<PathBuf> {
        self.directory().map(|directory| directory.join("rollcall.sqlite3"))
    }

    /// The secret, if there is a good one.
    ///
    /// # Errors
    /// Why there is none that tokens may be signed with.
    pub fn secret(&self) -> Result<&Secret, ConfigError> {
        let secret = self.jwt_secret.as_ref().ok_or(WeakSecret::Missing)?;
        secret.check()?;
        Ok(secret)
    }

    /// How many threads serve connections.
    #[must_use]
    pub fn shards(&self) -> usize {
        match self.shards {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            shards => shards,
        }
    }

    fn check(&self) -> Result<(), Wrong> {
        Wrong::unless(!self.listen.is_empty(), "listen", "must name an address")?;
        for (at, listener) in self.listen.iter().enumerate() {
            let taken = self.listen[..at]
                .iter()
                .any(|other| other.address == listener.address && listener.address.port() != 0);
            let why = format!("names {} twice", listener.address);
            Wrong::unless(!taken, "listen", &why)?;
        }
        Wrong::unless(self.drain_seconds <= 600, "drain_seconds", "must be at most 600")?;
        Wrong::unless(self.shards <= 256, "shards", "must be at most 256")?;
        for origin in &self.allow_origins {
            let fine = origin == "null"
                || origin.split_once("://").is_some_and(|(_, host)| {
                    !host.is_empty() && !host.contains(['/', '*', '?', ' '])
                });
            let why = format!("holds {origin:?}, which is no origin: write https://HOST[:PORT]");
            Wrong::unless(fine, "allow_origins", &why)?;
        }
        self.tokens.check()?;
        self.limits.check()?;
        self.gym.check()?;
        self.church.check()?;
        self.log.check()
    }
}
