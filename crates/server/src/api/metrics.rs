//! `GET /metrics`: the numbers in Prometheus' text format (gym G11.2).

use std::{net::SocketAddr, sync::atomic::Ordering};

use axum::{
    Router,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::Api;
use crate::{control::Control, shard::Hub, telemetry::Totals};

/// The numbers on a listener, for this machine only; nothing if they have an address of their own.
pub(super) fn router(api: &Api) -> Router {
    match api.config.metrics {
        Some(_) => Router::new(),
        None => Router::new().route("/metrics", get(near)).with_state(api.control.clone()),
    }
}

/// The numbers on their own address, which the operator keeps from others.
pub fn own_address(control: Control) -> Router {
    Router::new().route("/metrics", get(numbers)).with_state(control)
}

async fn near(
    control: State<Control>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    // What a proxy on this machine passes on comes from somewhere else.
    let passed_on = headers.contains_key(header::FORWARDED)
        || headers.contains_key("x-forwarded-for")
        || headers.contains_key("x-real-ip");
    let here = peer.is_some_and(|axum::Extension(ConnectInfo(peer))| peer.ip().is_loopback());
    if here && !passed_on {
        numbers(control).await
    } else {
        (StatusCode::FORBIDDEN, "Numbers are told to this machine only.\n").into_response()
    }
}

async fn numbers(State(control): State<Control>) -> Response {
    // The encoder ends with `# EOF`, which this type promises.
    const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = control.metrics.encode(&totals(&control.hub));
    ([(header::CONTENT_TYPE, TEXT)], text).into_response()
}

/// What all shards have and have done.
pub(super) fn totals(hub: &Hub) -> Totals {
    hub.gauges().fold(Totals::default(), |sum, gauge| Totals {
        connections: sum.connections + gauge.connections.load(Ordering::Relaxed),
        signed_in: sum.signed_in + gauge.signed_in.load(Ordering::Relaxed),
        rooms: sum.rooms + gauge.rooms.load(Ordering::Relaxed),
        deliveries: sum.deliveries + gauge.deliveries.load(Ordering::Relaxed),
        writes: sum.writes + gauge.writes.load(Ordering::Relaxed),
        recoveries: sum.recoveries + gauge.recoveries.load(Ordering::Relaxed),
        resyncs: sum.resyncs + gauge.resyncs.load(Ordering::Relaxed),
        slow_readers: sum.slow_readers + gauge.slow_readers.load(Ordering::Relaxed),
    })
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, text_of};

    #[tokio::test]
    async fn g11_2_only_this_machine_is_told_numbers() {
        let house = House::open().await;
        for (peer, headers, status) in [
            ("127.0.0.1:9", &[][..], 200),
            ("[::1]:9", &[][..], 200),
            ("127.0.0.1:9", &[("x-forwarded-for", "192.0.2.1")][..], 403),
            ("192.0.2.1:9", &[][..], 403),
        ] {
            let response = house.ask_from(peer, "GET", "/metrics", headers, None).await;
            assert_eq!(response.status(), status, "{peer} {headers:?}");
        }
    }

    #[tokio::test]
    async fn g11_2_requests_are_counted_by_status_class() {
        let house = House::open().await;
        house.ask("GET", "/nothing/here", &[], None).await;
        let response = house.ask_from("127.0.0.1:9", "GET", "/metrics", &[], None).await;
        let text = text_of(response).await;
        assert!(text.contains(r#"status="4xx"} 1"#), "{text}");
    }
}
