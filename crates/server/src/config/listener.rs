//! Settings: the addresses where a dialect is spoken.

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr};

use rollcall_core::id::TenantId;
use rollcall_wire::Dialect;
use serde::{Deserialize, Deserializer, de};

/// The page that an app begins with.
pub const INDEX: &str = "index.html";

/// An address where one dialect is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Which dialect.
    pub dialect: Dialect,
    /// Where.
    pub address: SocketAddr,
    /// The tenant of tokens that name none.
    pub tenant: Option<TenantId>,
    /// Whether a church handshake without a token is believed (church 3.7, 14.1).
    pub trust_handshake: bool,
    /// The directory of the app's built pages, to be served from the same origin (gym G2.2).
    pub ui: Option<PathBuf>,
}

impl FromStr for Listener {
    type Err = String;

    /// Reads `DIALECT=ADDRESS`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (dialect, address) = text
            .split_once('=')
            .ok_or_else(|| format!("{text:?} is no listener: write DIALECT=ADDRESS:PORT"))?;
        Ok(Self {
            dialect: dialect_named(dialect)?,
            address: address_of(address)?,
            tenant: None,
            trust_handshake: false,
            ui: None,
        })
    }
}

fn dialect_named(name: &str) -> Result<Dialect, String> {
    Dialect::named(name).ok_or_else(|| {
        let known = Dialect::ALL.map(Dialect::name).join(", ");
        format!("there is no dialect {name:?}, only {known}")
    })
}

fn address_of(text: &str) -> Result<SocketAddr, String> {
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let text = named.as_deref().unwrap_or(text);
    text.parse().map_err(|_| format!("{text:?} is no address: write an IP address and a port"))
}

/// A listener as a table of the configuration file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    dialect: String,
    address: String,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    trust_handshake: bool,
    #[serde(default)]
    ui: Option<PathBuf>,
}

impl TryFrom<Table> for Listener {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let dialect = dialect_named(&table.dialect)?;
        if let Some(ui) = &table.ui {
            if dialect == Dialect::Native {
                return Err("ui: a native listener serves our own page".to_owned());
            }
            if !ui.join(INDEX).is_file() {
                return Err(format!("ui: there is no {INDEX} in {}", ui.display()));
            }
        }
        let tenant = table.tenant.as_deref().map(|id| TenantId::parse("tenant", id));
        Ok(Self {
            dialect,
            address: address_of(&table.address)?,
            tenant: tenant.transpose().map_err(|rejection| rejection.to_string())?,
            trust_handshake: table.trust_handshake,
            ui: table.ui,
        })
    }
}

impl<'de> Deserialize<'de> for Listener {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = Listener;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("DIALECT=ADDRESS:PORT, or a table with `dialect` and `address`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Listener, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Listener, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                table.try_into().map_err(de::Error::custom)
            }
        }
        d.deserialize_any(Either)
    }
}
