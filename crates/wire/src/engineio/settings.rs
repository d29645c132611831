//! The times and bounds of an Engine.IO endpoint.

/// What one endpoint promises its clients and allows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// From one answered ping to the next ping, in milliseconds.
    pub ping_interval_ms: u64,
    /// How long a ping may stay unanswered, in milliseconds.
    pub ping_timeout_ms: u64,
    /// How long a probing WebSocket may take to finish the upgrade, in milliseconds.
    pub upgrade_timeout_ms: u64,
    /// The largest POST body or WebSocket message taken, and the size at which a poll's
    /// answer is cut, in bytes. Told to the client as `maxPayload`.
    pub payload_bytes_max: usize,
    /// Bytes that may wait for a transport; a reply on top of that closes the session.
    pub queue_bytes_max: usize,
    /// Packets that may wait for a transport; one more closes the session.
    pub queue_packets_max: usize,
}

impl Default for Settings {
    /// The published defaults of the protocol; the queue as church rule 2.13 has it.
    fn default() -> Self {
        Self {
            ping_interval_ms: 25_000,
            ping_timeout_ms: 20_000,
            upgrade_timeout_ms: 10_000,
            payload_bytes_max: 1_000_000,
            queue_bytes_max: 1_000_000,
            queue_packets_max: 1_000,
        }
    }
}
