//! The framings against tables of cases, against another implementation, and against garbage.

mod client;
mod garbage;
mod handshake;
mod http_head;
mod sse;
mod websocket_cases;
mod websocket_peer;
