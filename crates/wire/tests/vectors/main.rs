//! Golden vectors: `vectors/<dialect>/<case>.json` replayed against each dialect's conversation.
//!
//! `UPDATE_VECTORS=1` writes the `out` steps anew. To add a dialect, add a test of one line.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a vector that cannot be played must fail")]

mod player;
mod readable;

use rollcall_wire::native::Native;

#[test]
fn native_vectors_are_spoken_exactly() {
    player::play_all("native", 12, |opening| Box::new(Native::new(opening)));
}
