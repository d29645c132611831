//! Where a request comes from.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, request::Parts},
};

use super::Api;
use crate::config::Proxy;

/// What a proxy adds the address to of whoever spoke to it.
const PASSED_ON: &str = "x-forwarded-for";

/// The client's own address, also behind proxies that are trusted (church 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address behind a request, by what came with it.
    pub(super) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[Proxy]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        Self(behind(peer, headers, trusted))
    }
}

impl FromRequestParts<Api> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, &parts.headers, &api.config.trusted_proxies))
    }
}

/// Goes back from hop to hop, for as long as the one who names the next is trusted: what anybody
/// else says of themselves does not count.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Proxy]) -> IpAddr {
    let lists = headers.get_all(PASSED_ON).iter();
    // A list that is no text names nobody, and nothing before it is reached.
    let hops = lists.flat_map(|list| list.to_str().unwrap_or_default().split(','));
    let hops: Vec<_> = hops.map(address).collect();
    let mut client = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        match hop {
            Some(next) if trusted.iter().any(|proxy| proxy.has(client)) => client = next,
            _ => break,
        }
    }
    client
}

/// Reads a hop, which some proxies write with its port.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = || hop.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let with_port = || Some(hop.parse::<SocketAddr>().ok()?.ip());
    bare().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_2_1_the_last_hop_that_is_no_trusted_proxy_is_the_client() {
        let trusted = ["loopback", "10.0.0.0/8", "2001:db8::1"].map(|text| text.parse().unwrap());
        for (peer, passed_on, client) in [
            ("192.0.2.8", &[][..], "192.0.2.8"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.5"], "203.0.113.5"),
            ("::ffff:127.0.0.1", &["203.0.113.5"], "203.0.113.5"),
            ("127.0.0.1", &["::ffff:203.0.113.5"], "203.0.113.5"),
            // What the client itself wrote stands before what the proxy adds.
            ("127.0.0.1", &["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.5 , 10.0.0.3"], "203.0.113.5"),
            ("2001:db8::1", &["127.0.0.1, 203.0.113.5,10.0.0.3"], "203.0.113.5"),
            // Everybody on the way is a proxy: the first of them asked.
            ("127.0.0.1", &["10.0.0.4, 10.0.0.3"], "10.0.0.4"),
            ("127.0.0.1", &["203.0.113.5:4711"], "203.0.113.5"),
            ("127.0.0.1", &["[2001:db8::5]:4711"], "2001:db8::5"),
            ("127.0.0.1", &["[2001:db8::5]"], "2001:db8::5"),
            // Nobody else speaks for others.
            ("192.0.2.8", &["203.0.113.5"], "192.0.2.8"),
            ("192.168.0.1", &["203.0.113.5"], "192.168.0.1"),
            ("127.0.0.1", &["203.0.113.5, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.5, "], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.5", "_hidden, 10.0.0.3"], "10.0.0.3"),
        ] {
            let mut headers = HeaderMap::new();
            passed_on.iter().for_each(|list| {
                headers.append(PASSED_ON, list.parse().unwrap());
            });
            let found = behind(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found.to_string(), client, "{peer} {passed_on:?}");
        }
        let mut headers = HeaderMap::new();
        headers.append(PASSED_ON, "203.0.113.5".parse().unwrap());
        headers.append(PASSED_ON, axum::http::HeaderValue::from_bytes(b"\xff").unwrap());
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!(behind(loopback, &headers, &trusted), loopback, "no text");
        assert_eq!(behind(loopback, &headers, &[]), loopback, "nobody is trusted");
    }
}
