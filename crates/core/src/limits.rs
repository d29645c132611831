//! Every bound of the product: a name, a unit and the reason for its size.

/// Bytes of an id that came from outside: room for a UUID, an e-mail address or a URL slug.
pub const ID_BYTES_MAX: usize = 128;

/// Characters of a name: what the gym (G7.1) and church (11.1) apps allow.
pub const NAME_CHARS_MAX: usize = 200;

/// Characters of a note: the church contract (11.1) asks for the most.
pub const NOTE_CHARS_MAX: usize = 5_000;

/// Characters of the notes given at a desk (gym G7.10).
pub const VISIT_NOTE_CHARS_MAX: usize = 2_000;

/// Characters of the place of a visit (gym G7.9).
pub const LOCATION_CHARS_MAX: usize = 100;

/// Marks in one command: the church contract's batch (11.1).
pub const MARKS_MAX: usize = 1_000;

/// People entered by one command (church 11.1).
pub const NEWCOMERS_MAX: usize = 50;

/// People of one step at a kiosk (church 11.1).
pub const KIOSK_PEOPLE_MAX: usize = 500;

/// Characters of a given or family name that a newcomer brings (church 11.1).
pub const NEWCOMER_NAME_CHARS_MAX: usize = 100;

/// Characters of a preference's key (church 8.7).
pub const PREFERENCE_KEY_CHARS_MAX: usize = 100;

/// A headcount's largest number (church 7.10).
pub const HEADCOUNT_MAX: u32 = 100_000;

/// Bytes of one document's data: a school's largest material is a text with links.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// Hours that a command id is remembered with its first answer (gym G3.6).
pub const ANSWER_HOURS: i64 = 24;

/// Hours that a visit marked offline may lie back (gym G7.11).
pub const QUEUED_HOURS_MAX: i64 = 12;

/// Milliseconds within which two hands count as concurrent rather than one as stale: a slow
/// mobile link with one retry.
pub const CONCURRENT_MS: i64 = 10_000;

/// Events that a shard's tape holds per tenant: about ten minutes of a busy church.
pub const TAPE_EVENTS_MAX: usize = 4_096;

/// Events that a client may be behind before a fresh snapshot is cheaper than the gap.
pub const RECOVER_EVENTS_MAX: u64 = 10_000;

/// Newest events of a log among which the sheets are looked for that an account was busy with:
/// a busy day's, and quickly read (church 2.20).
pub const RECALL_EVENTS_MAX: usize = 2_048;

/// Milliseconds back to which these sheets count: twelve hours (church 2.20).
pub const RECALL_MS: i64 = 12 * 3_600_000;

/// Sheets told anew to one client (church 2.20).
pub const RECALL_SHEETS_MAX: usize = 3;

/// Events read from the store at once for a reader that fell behind its tape.
pub const CATCH_UP_EVENTS: usize = 512;

/// Rooms that one connection may follow (church 11.1).
pub const ROOMS_MAX: usize = 50;

/// Commands that are answered together at most: bounds the time of one transaction.
pub const BATCH_COMMANDS_MAX: usize = 512;

/// Commands that may wait for the store; more are refused as overload.
pub const SUBMIT_QUEUE_MAX: usize = 16_384;

/// Rows of one page of a listing.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// Visits that one request looks through, the newest: more than a year of a very busy desk. Older
/// ones are found by asking for their dates.
pub const HISTORY_VISITS_MAX: usize = 100_000;
