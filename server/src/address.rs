//! Where a connection comes from, as far as limits are concerned.

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

/// Who really asks: the peer, or, when that is one of our own proxies, the last address in its
/// `X-Forwarded-For` that is not.
pub(crate) fn client(peer: IpAddr, forwarded: Option<&str>, proxies: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(&peer) {
        return peer;
    }
    let hops = forwarded.unwrap_or_default().rsplit(',');
    hops.map_while(|it| it.trim().parse::<IpAddr>().ok())
        .map(|it| it.to_canonical())
        .find(|it| !proxies.contains(it))
        .unwrap_or(peer)
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

    #[test]
    fn only_a_listed_proxy_may_say_who_asks() {
        let proxies = [ip("127.0.0.1"), ip("10.0.0.1")];
        let check = |peer: &str, forwarded: Option<&str>, expected: &str| {
            assert_eq!(client(ip(peer), forwarded, &proxies), ip(expected), "{peer} {forwarded:?}");
        };
        check("9.9.9.9", Some("1.2.3.4"), "9.9.9.9");
        check("127.0.0.1", None, "127.0.0.1");
        check("127.0.0.1", Some("1.2.3.4"), "1.2.3.4");
        check("127.0.0.1", Some("6.6.6.6, 1.2.3.4, 10.0.0.1"), "1.2.3.4");
        check("127.0.0.1", Some("1.2.3.4, nonsense"), "127.0.0.1");
        check("::ffff:127.0.0.1", Some("1.2.3.4"), "1.2.3.4");
    }
}
