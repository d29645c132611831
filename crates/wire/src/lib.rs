//! How it is said: bytes to meaning and back, without a socket, a clock or an await.
//!
//! The framings carry any dialect: [`websocket`] and [`sse`] over the request head read by
//! [`http_head`]. A [`message::Message`] is encoded once and shared by every connection it goes to.

pub mod http_head;
pub mod message;
pub mod sse;
pub mod websocket;
