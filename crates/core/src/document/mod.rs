//! Other records that are kept whole: kind, id, data, version.

mod change;
mod preference;

pub(crate) use change::{put_document, remove_document};
pub(crate) use preference::save_preferences;
pub use preference::{PREFERENCE, preference_id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    audience::{Audience, Hearer},
    decide::Situation,
    desk::FORMER_PERSON,
    id::{AccountId, DocumentId, DocumentKind},
    people::Permission,
    sheet::kiosk_of,
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

impl Document {
    /// What replaces `current`, or is the first version if there is none, by whoever asks for it.
    pub(crate) fn after(
        current: Option<&Self>,
        (kind, id): (DocumentKind, DocumentId),
        data: Map<String, Value>,
        at: &Situation<'_>,
    ) -> Self {
        let version = current.map_or(0, |current| current.version) + 1;
        Self { kind, id, data, version, by: at.by.account().cloned(), at: at.now }
    }

    /// Who may see it: most are for those who may read documents, but a preference is its owner's,
    /// and what kiosks and removed people leave behind is for those who might see it elsewhere.
    #[must_use]
    pub fn audience(&self) -> Audience {
        if let Some(gathering) = kiosk_of(&self.kind) {
            return Audience::of_gathering(&gathering);
        }
        Audience(match self.kind.as_str() {
            PREFERENCE => self.by.iter().cloned().map(Hearer::Account).collect(),
            FORMER_PERSON => vec![Hearer::May(Permission::ReadDesk)],
            _ => vec![Hearer::May(Permission::ReadDocuments)],
        })
    }
}

/// Whether documents of that kind come of commands of their own, which rely on their form.
fn is_reserved(kind: &DocumentKind) -> bool {
    [PREFERENCE, FORMER_PERSON].contains(&kind.as_str()) || kiosk_of(kind).is_some()
}
