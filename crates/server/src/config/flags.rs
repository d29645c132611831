//! Settings as flags of the command line; they win over everything else.

use std::path::PathBuf;

use figment::{providers::Serialized, value::Dict};
use serde::Serialize;

/// Where settings and tenants are: the flags that every command knows.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PlaceFlags {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory in which tenants are kept.
    #[arg(long, value_name = "DIR", conflicts_with = "store")]
    pub data: Option<PathBuf>,
    /// Where tenants are kept instead: sqlite:DIR or memory:
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// The settings that have a flag. Flags that are not given change nothing.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Where settings and tenants are.
    #[command(flatten)]
    pub place: PlaceFlags,
    /// Address where a dialect is spoken; may be given several times.
    #[arg(long, value_name = "DIALECT=ADDRESS")]
    pub listen: Vec<String>,
    /// Believe church handshakes without a token.
    #[arg(long)]
    pub trust_handshake: bool,
    /// Tenant file to load before listening; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub import: Vec<PathBuf>,
    /// Replace a tenant that is there already by the imported file.
    #[arg(long)]
    pub replace: bool,
    /// Origin whose pages may connect; may be given several times.
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,
    /// File of public keys whose tokens are accepted too.
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// Seconds over which connections are sent away at the end.
    #[arg(long, value_name = "SECONDS")]
    pub drain_seconds: Option<u32>,
    /// Threads that serve connections.
    #[arg(long, value_name = "COUNT")]
    pub shards: Option<usize>,
    /// Address of its own for /metrics.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<String>,
    /// human or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

impl From<PlaceFlags> for Flags {
    fn from(place: PlaceFlags) -> Self {
        Self { place, ..Self::default() }
    }
}

impl Flags {
    /// What was given, as a source of settings.
    pub(super) fn provider(&self) -> Serialized<Dict> {
        let mut given = Given::default();
        given.add("data", self.place.data.as_ref());
        given.add("store", self.place.store.as_ref());
        given.add("listen", some(&self.listen));
        given.add("trust_handshake", self.trust_handshake.then_some(true));
        given.add("import", some(&self.import));
        given.add("replace", self.replace.then_some(true));
        given.add("allow_origins", some(&self.allow_origin));
        given.add("jwks", self.jwks.as_ref());
        given.add("drain_seconds", self.drain_seconds);
        given.add("shards", self.shards);
        given.add("metrics", self.metrics.as_ref());
        let mut log = Given::default();
        log.add("format", self.log_format.as_ref());
        log.add("level", self.log_level.as_ref());
        given.add("log", (!log.0.is_empty()).then_some(log.0));
        Serialized::defaults(given.0)
    }
}

#[derive(Default)]
struct Given(Dict);

impl Given {
    fn add(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(Ok(value)) = value.map(figment::value::Value::serialize) {
            self.0.insert(key.to_owned(), value);
        }
    }
}

fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}
