//! Other records that are kept whole: kind, id, data, version.

mod change;
mod preference;

pub(crate) use change::{put_document, remove_document};
pub(crate) use preference::save_preferences;
pub use preference::{PREFERENCE, preference_id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    id::{AccountId, DocumentId, DocumentKind},
    time::Timestamp,
};

/// One document: what its data means is its dialect's affair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is, such as `grade`.
    pub kind: DocumentKind,
    /// Its id within the kind.
    pub id: DocumentId,
    /// The complete content.
    pub data: Map<String, Value>,
    /// Grows by one with each change.
    #[serde(default)]
    pub version: u32,
    /// Who changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When it was changed last.
    #[serde(default)]
    pub at: Timestamp,
}
