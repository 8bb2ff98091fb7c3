//! Origins: who may talk to this server from a browser.

use std::{fmt, net::SocketAddr, str::FromStr};

/// The scheme, host and port of a page, exactly as a browser sends it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// Not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an origin is http:// or https://, a host, and perhaps a port, such as https://chat.example"
)]
pub struct NotAnOrigin;

impl Origin {
    /// As a browser sends it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the page came over TLS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address of its sockets: `ws` for `http`, `wss` for `https`.
    pub fn socket(&self) -> String {
        self.0.replacen("http", "ws", 1)
    }

    /// The origins of a page that was opened at the listener itself.
    pub(super) fn of_listener(local: SocketAddr) -> Vec<Self> {
        let port = if local.port() == 80 { String::new() } else { format!(":{}", local.port()) };
        let mut hosts = vec!["127.0.0.1".to_owned(), "localhost".to_owned(), "[::1]".to_owned()];
        let ip = local.ip();
        if !ip.is_unspecified() && !ip.is_loopback() {
            hosts.push(if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() });
        }
        hosts.into_iter().map(|host| Self(format!("http://{host}{port}"))).collect()
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    /// Takes what an operator would write: upper case, a slash at the end and the usual port are
    /// brought into the form that browsers send.
    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (scheme, host) = text.split_once("://").ok_or(NotAnOrigin)?;
        let usual = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(NotAnOrigin),
        };
        let host = host.strip_suffix(usual).unwrap_or(host);
        let fit = |it: char| it.is_ascii_alphanumeric() || "-._:[]".contains(it);
        if host.is_empty() || !host.chars().all(fit) {
            return Err(NotAnOrigin);
        }
        let address = format!("{scheme}://{host}");
        address.parse::<http::Uri>().map_err(|_| NotAnOrigin)?;
        Ok(Self(address))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_brought_into_the_form_of_browsers() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                text.parse::<Origin>().ok().as_ref().map(Origin::as_str),
                expected,
                "{text}"
            );
        };
        check("https://Chat.Example/", Some("https://chat.example"));
        check("https://chat.example:443", Some("https://chat.example"));
        check("http://chat.example:8080", Some("http://chat.example:8080"));
        check("http://[::1]:3000", Some("http://[::1]:3000"));
        check("chat.example", None);
        check("https://chat.example/maru", None);
        check("ftp://chat.example", None);
        check("https://", None);
        check("https://a@b", None);
        check("https://채팅.example", None);
    }

    #[test]
    fn a_socket_has_the_scheme_of_its_page() {
        assert_eq!(Origin("https://a".into()).socket(), "wss://a");
        assert_eq!(Origin("http://a:1".into()).socket(), "ws://a:1");
    }
}
