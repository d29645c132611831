//! Settings: the proxies that may say whom they speak for.

use std::{net::IpAddr, str::FromStr};

use serde::{Deserialize, Deserializer, de};

/// Addresses of proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// This machine.
    Loopback,
    /// Any private network (RFC 1918, RFC 4193).
    Private,
    /// One network; all addresses whose first bits are these.
    Network {
        /// Any address of it.
        address: IpAddr,
        /// How many bits count.
        bits: u32,
    },
}

impl Proxy {
    /// Whether that is its address.
    #[must_use]
    pub fn has(self, address: IpAddr) -> bool {
        match (self, address.to_canonical()) {
            (Self::Loopback, address) => address.is_loopback(),
            (Self::Private, IpAddr::V4(v4)) => v4.is_private(),
            (Self::Private, IpAddr::V6(v6)) => v6.is_unique_local(),
            (Self::Network { address: IpAddr::V4(ours), bits }, IpAddr::V4(v4)) => {
                let differ = ours.to_bits() ^ v4.to_bits();
                differ.leading_zeros() >= bits
            }
            (Self::Network { address: IpAddr::V6(ours), bits }, IpAddr::V6(v6)) => {
                let differ = ours.to_bits() ^ v6.to_bits();
                differ.leading_zeros() >= bits
            }
            (Self::Network { .. }, _) => false,
        }
    }
}

impl FromStr for Proxy {
    type Err = String;

    /// Reads an address, a network, `loopback` or `private`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no proxy: write an address, ADDRESS/BITS, loopback or private");
        let (address, bits) = match (text, text.split_once('/')) {
            ("loopback", _) => return Ok(Self::Loopback),
            ("private", _) => return Ok(Self::Private),
            (_, Some((address, bits))) => (address, Some(bits)),
            (_, None) => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(whole), str::parse).map_err(|_| wrong())?;
        if bits > whole { Err(wrong()) } else { Ok(Self::Network { address, bits }) }
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_an_address_a_network_or_a_word() {
        for (proxy, inside, outside) in [
            (
                "loopback",
                ["127.0.0.1", "::1", "::ffff:127.9.9.9"],
                ["128.0.0.1", "::2", "10.0.0.1"],
            ),
            (
                "private",
                ["10.1.2.3", "192.168.0.9", "fd00::1"],
                ["11.0.0.1", "127.0.0.1", "2001:db8::1"],
            ),
            (
                "192.0.2.7",
                ["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7"],
                ["192.0.2.6", "::1", "192.0.3.7"],
            ),
            (
                "172.16.9.9/12",
                ["172.16.0.1", "172.31.255.255", "172.20.1.1"],
                ["172.32.0.1", "172.15.0.1", "::1"],
            ),
            (
                "2001:db8::/32",
                ["2001:db8::1", "2001:db8:ffff::", "2001:db8::"],
                ["2001:db9::", "1.2.3.4", "::1"],
            ),
            ("0.0.0.0/0", ["1.2.3.4", "255.0.0.1", "0.0.0.0"], ["::2", "2001:db8::", "fd00::1"]),
        ] {
            let proxy: Proxy = proxy.parse().unwrap();
            for (address, has) in
                inside.map(|a| (a, true)).into_iter().chain(outside.map(|a| (a, false)))
            {
                assert_eq!(proxy.has(address.parse().unwrap()), has, "{proxy:?} {address}");
            }
        }
        for wrong in
            ["", "here", "1.2.3", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "/8"]
        {
            assert!(wrong.parse::<Proxy>().is_err(), "{wrong}");
        }
    }
}
