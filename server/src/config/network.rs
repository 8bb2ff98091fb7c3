//! Networks: whose word is believed about where a request comes from, and where it stands.

use serde::Deserialize;
use std::{fmt, net::IpAddr, str::FromStr};

/// One address, or all addresses of a network, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// How many of its first bits an address shares with `first`.
    bits: u8,
}

/// Not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network is an address, or its first one and how many bits are fixed: 10.0.0.0/8")]
pub struct NotANetwork;

/// The header in which trusted proxies tell who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, addresses separated by commas.
    #[default]
    XForwardedFor,
    /// `Forwarded`, as RFC 7239 has it.
    Forwarded,
    /// None: whoever connects is who asks.
    Off,
}

impl Network {
    /// Whether the address is one of the network. IPv4 within IPv6 is IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.first, ip.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(ip)) => {
                let rest = 32 - u32::from(self.bits);
                (first.to_bits() ^ ip.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(ip)) => {
                let rest = 128 - u32::from(self.bits);
                (first.to_bits() ^ ip.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    /// Whether nothing is set behind the fixed bits.
    fn is_first(self) -> bool {
        let set = match self.first {
            IpAddr::V4(ip) => ip.to_bits().trailing_zeros() + u32::from(self.bits) < 32,
            IpAddr::V6(ip) => ip.to_bits().trailing_zeros() + u32::from(self.bits) < 128,
        };
        !set
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    /// What has bits set behind the fixed ones is refused: it may be one address that was meant.
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let text = text.trim();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let Some(bits) = bits else {
            let first = first.to_canonical();
            return Ok(Self { first, bits: if first.is_ipv4() { 32 } else { 128 } });
        };
        let max = if first.is_ipv4() { 32 } else { 128 };
        let digits = !bits.is_empty() && bits.bytes().all(|it| it.is_ascii_digit());
        let bits = Some(bits).filter(|_| digits).and_then(|it| it.parse().ok());
        let network = Self { first, bits: bits.filter(|it| *it <= max).ok_or(NotANetwork)? };
        // No address stands in IPv4's corner of IPv6: they are brought into the form of IPv4.
        let mapped = first.to_canonical() != first;
        if mapped || !network.is_first() { Err(NotANetwork) } else { Ok(network) }
    }
}

impl From<IpAddr> for Network {
    fn from(ip: IpAddr) -> Self {
        let first = ip.to_canonical();
        Self { first, bits: if first.is_ipv4() { 32 } else { 128 } }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_own_addresses_and_no_others() {
        let check = |network: &str, ip: &str, expected: bool| {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(ip.parse().unwrap()), expected, "{network} {ip}");
        };
        check("10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "::ffff:10.0.0.1", true);
        check("::ffff:10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("172.16.0.0/12", "172.31.255.255", true);
        check("172.16.0.0/12", "172.32.0.0", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("::/0", "203.0.113.9", false);
        check("::/0", "2001:db8::1", true);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::1", "::1", true);
        check("::1", "::2", false);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "proxy",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0.5/8",
            "10.0.0/8",
            "::/129",
            "2001:db8::1/32",
            "::ffff:10.0.0.0/104",
            "fe80::1%eth0",
            "127.0.0.1:80",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }
}
