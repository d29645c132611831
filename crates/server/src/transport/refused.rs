//! What is told, in its listener's words, to whoever asks a live address in vain.

use axum::{
    Extension, Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_wire::{Dialect, native::rest::Problem};
use serde_json::json;

use super::{live::Live, route};

/// The address of a WebSocket was asked without the upgrade to one (RFC 9110 section 15.5.22). Most
/// often a proxy in between has not passed it on, so that is what has to be told.
pub(super) fn no_upgrade(dialect: Dialect) -> Response {
    let said = Said {
        code: "upgrade_required",
        cause: "this is the address of a WebSocket, and the request has no `Upgrade: websocket`",
        what_to_do: "Connect by WebSocket; a proxy in between must pass on `Upgrade` and `Connection`.",
    };
    let upgrade = [(header::UPGRADE, "websocket"), (header::CONNECTION, "Upgrade")];
    (upgrade, said.to(dialect, StatusCode::UPGRADE_REQUIRED)).into_response()
}

/// A connection over one of the native one-way transports did not come about.
pub(super) fn no_place() -> Response {
    let said = Said { code: "busy", cause: route::FULL, what_to_do: "Try again in a moment." };
    let wait = [(header::RETRY_AFTER, "2")];
    (wait, said.to(Dialect::Native, StatusCode::SERVICE_UNAVAILABLE)).into_response()
}

/// Nothing is live at this address.
pub(super) fn no_such_path(dialect: Dialect) -> Response {
    let cause = "nothing is live at this path";
    let said = Said { code: "not_found", cause, what_to_do: "Check the address." };
    said.to(dialect, StatusCode::NOT_FOUND)
}

/// A live address was asked by another method than GET.
pub(super) async fn no_such_method(Extension(live): Extension<Live>) -> Response {
    let said = Said {
        code: "method_not_allowed",
        cause: "this address has no such method",
        what_to_do: "GET it; commands go over a WebSocket or by REST.",
    };
    said.to(live.entrance.dialect, StatusCode::METHOD_NOT_ALLOWED)
}

struct Said {
    code: &'static str,
    cause: &'static str,
    what_to_do: &'static str,
}

impl Said {
    fn to(self, dialect: Dialect, status: StatusCode) -> Response {
        let Self { code, cause, what_to_do } = self;
        let sentence = || format!("Not possible: {cause}. {what_to_do}");
        let said = match dialect {
            Dialect::Native => json!({ "error": Problem::new(code, cause, what_to_do) }),
            Dialect::Gym => json!({ "detail": sentence() }),
            Dialect::Church => json!({ "error": sentence() }),
        };
        (status, Json(said)).into_response()
    }
}
