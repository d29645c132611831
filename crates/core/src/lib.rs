//! What is true in Rollcall: the vocabulary, the decisions and the live order. No IO, no clock.
//!
//! Start here. A client asks a [`command::Command`]; [`decide::decide`] judges it by
//! [`facts::Facts`] and gives [`event::Event`]s or a [`rejection::Rejection`]; a store appends
//! the events to the tenant's log under an [`position::Offset`] and changes its rows as
//! [`event::Event::changes`] says; [`live`] orders what was committed for those who follow its
//! [`room::Room`] and belong to its [`audience::Audience`].

mod as_text;
pub mod audience;
pub mod command;
pub mod decide;
pub mod desk;
pub mod document;
pub mod event;
pub mod facts;
pub mod id;
pub mod limits;
pub mod live;
pub mod overlay;
pub mod people;
pub mod position;
pub mod rejection;
pub mod room;
pub mod sheet;
pub mod text;
pub mod time;
