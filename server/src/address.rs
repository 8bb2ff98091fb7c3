//! Where a connection comes from, as far as limits are concerned.

mod forwarded;

use crate::config::{ForwardedHeader, Network};
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The other end of a connection, put into each of its requests by the accept loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What limits count by: an IPv4 address, or the /64 network of an IPv6 one, since whoever has
/// one address of it has them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self(IpAddr::V4(ip)),
            IpAddr::V6(ip) => {
                let network = ip.to_bits() & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
        }
    }
}

/// Who really asks: the peer, or, when that is one of our own proxies, the nearest address that
/// the header names and that is none. What cannot be read ends the list: nobody before it is
/// believed. Where all of them are our own, it is the first one.
pub fn client(
    peer: IpAddr,
    headers: &HeaderMap,
    header: ForwardedHeader,
    proxies: &[Network],
) -> IpAddr {
    let is_proxy = |ip: IpAddr| proxies.iter().any(|it| it.contains(ip));
    let mut nearest = peer.to_canonical();
    let mut hops = forwarded::hops(headers, header);
    while is_proxy(nearest) {
        let Some(Some(hop)) = hops.next() else { break };
        nearest = hop;
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn limits_count_by_address_and_by_network() {
        let check = |one: &str, other: &str, same: bool| {
            assert_eq!(Address::from(ip(one)) == Address::from(ip(other)), same, "{one} {other}");
        };
        check("10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
        check("10.0.0.1", "::ffff:10.0.0.1", true);
        check("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true);
        check("2001:db8:0:1::1", "2001:db8:0:2::1", false);
    }

    const X_FORWARDED_FOR: &str = "x-forwarded-for";

    fn from(peer: &str, lines: &[(&'static str, &str)], header: ForwardedHeader) -> IpAddr {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|it| it.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        client(ip(peer), &headers, header, &proxies)
    }

    #[test]
    fn only_a_listed_proxy_may_say_who_asks() {
        let check = |peer: &str, lines: &[&str], expected: &str| {
            let lines: Vec<_> = lines.iter().map(|it| (X_FORWARDED_FOR, *it)).collect();
            let found = from(peer, &lines, ForwardedHeader::XForwardedFor);
            assert_eq!(found, ip(expected), "{peer} {lines:?}");
        };
        check("9.9.9.9", &["1.2.3.4"], "9.9.9.9");
        check("127.0.0.1", &[], "127.0.0.1");
        check("127.0.0.1", &["1.2.3.4"], "1.2.3.4");
        check("127.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.1"], "1.2.3.4");
        check("127.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.1, 10.0.0.2"], "1.2.3.4");
        check("127.0.0.1", &["1.2.3.4, nonsense"], "127.0.0.1");
        check("127.0.0.1", &["1.2.3.4, nonsense, 10.0.0.1"], "10.0.0.1");
        check("127.0.0.1", &["10.0.0.9, 10.0.0.1"], "10.0.0.9");
        check("::ffff:127.0.0.1", &["1.2.3.4"], "1.2.3.4");
        check("fd00::1", &["2001:db8::1"], "2001:db8::1");
        check("fe00::1", &["2001:db8::1"], "fe00::1");
    }

    #[test]
    fn only_the_chosen_header_is_believed() {
        let lines = [(X_FORWARDED_FOR, "1.1.1.1"), ("forwarded", "for=2.2.2.2;proto=https")];
        let check = |header: ForwardedHeader, expected: &str| {
            assert_eq!(from("127.0.0.1", &lines, header), ip(expected), "{header:?}");
        };
        check(ForwardedHeader::XForwardedFor, "1.1.1.1");
        check(ForwardedHeader::Forwarded, "2.2.2.2");
        check(ForwardedHeader::Off, "127.0.0.1");
    }
}
