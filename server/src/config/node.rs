//! What a node of several is told: its name, and where the others are.

use super::Config;
use std::{fmt, fs, net::SocketAddr, str::FromStr};

/// A name has at most so many characters.
const NAME_CHARS_MAX: usize = 64;

/// What a node is called, among operators and other nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName(String);

/// Not a node's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a node's name is 1 to 64 of A-Z, a-z, 0-9, . - _")]
pub struct NotANodeName;

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl FromStr for NodeName {
    type Err = NotANodeName;

    fn from_str(text: &str) -> Result<Self, NotANodeName> {
        let fit = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
        if (1..=NAME_CHARS_MAX).contains(&text.len()) && text.chars().all(fit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotANodeName)
        }
    }
}

impl Secret {
    /// Hides a value.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for whoever it is meant for.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Config {
    /// What this node is called, when it serves at `local`: as configured, else by host and port.
    pub(crate) fn node_name_at(&self, local: SocketAddr) -> String {
        match &self.node_name {
            Some(NodeName(name)) => name.clone(),
            None => format!("{}-{}", host(), local.port()),
        }
    }
}

/// What this machine is called.
fn host() -> String {
    let told = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| fs::read_to_string("/etc/hostname"))
        .unwrap_or_default();
    let fit = |it: &char| it.is_ascii_alphanumeric() || "-._".contains(*it);
    let host: String = told.trim().chars().filter(fit).take(NAME_CHARS_MAX - 6).collect();
    if host.is_empty() { "node".to_owned() } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for (text, fits) in [
            ("web-1.example_a", true),
            ("", false),
            ("two words", false),
            ("가", false),
            ("a:b", false),
        ] {
            assert_eq!(text.parse::<NodeName>().is_ok(), fits, "{text}");
        }
        assert!("a".repeat(NAME_CHARS_MAX + 1).parse::<NodeName>().is_err());
    }

    #[test]
    fn a_node_without_a_name_is_called_by_host_and_port() {
        let local = SocketAddr::from(([127, 0, 0, 1], 3000));
        let named = Config { node_name: "one".parse().ok(), ..Config::default() };
        assert_eq!(named.node_name_at(local), "one");
        let usual = Config::default().node_name_at(local);
        assert!(usual.ends_with("-3000") && usual.parse::<NodeName>().is_ok(), "{usual}");
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("redis://:pw@host".into())), "…");
    }
}
