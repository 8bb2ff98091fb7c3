//! Where a database is.

use std::{fmt, path::PathBuf, str::FromStr};

/// Where the database is. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// SQLite in memory; it ends with the process.
    Memory,
    /// A file of SQLite, made when missing.
    File(PathBuf),
    /// The URL of a PostgreSQL database, password and all.
    Postgres(String),
}

/// A text that is no address of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write postgres://USER:PASSWORD@HOST:PORT/DATABASE, or sqlite:PATH for a file of SQLite")]
pub struct BadAddress;

impl FromStr for StoreAddress {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let fit = !path.is_empty() && !path.contains([':', '?']);
            return fit.then(|| Self::File(path.into())).ok_or(BadAddress);
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let named = rest.is_some_and(|it| !it.is_empty() && !it.contains(char::is_whitespace));
        named.then(|| Self::Postgres(text.to_owned())).ok_or(BadAddress)
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("sqlite::memory:"),
            Self::File(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL with dots for its password, wherever it stands: before the host, or in a parameter.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (address, parameters) = match rest.split_once('?') {
        // Part of a password, or a password with an @ among the parameters: better nothing.
        Some((_, after)) if after.contains('@') => return format!("{scheme}://…"),
        Some((address, _)) => (address, "?…"),
        None => (rest, ""),
    };
    // A password may hold an @ of its own, so the last one counts.
    let address = match address.rsplit_once('@') {
        Some((login, host)) => match login.split_once(':') {
            Some((user, _)) => format!("{user}:…@{host}"),
            None => format!("{login}@{host}"),
        },
        // A port is no secret; what else follows a colon may be one, with the @ forgotten.
        None => match address.split_once(':') {
            Some((_, port)) if !port.starts_with(|it: char| it.is_ascii_digit()) => "…".to_owned(),
            _ => address.to_owned(),
        },
    };
    format!("{scheme}://{address}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let file = |path: &str| Ok(StoreAddress::File(path.into()));
        let postgres = |url: &str| Ok(StoreAddress::Postgres(url.to_owned()));
        for (text, expected) in [
            ("sqlite:data/maru.db", file("data/maru.db")),
            ("sqlite:///var/maru.db", file("/var/maru.db")),
            (" sqlite:/var/maru.db\n", file("/var/maru.db")),
            ("sqlite:", Err(BadAddress)),
            ("sqlite::memory:", Err(BadAddress)),
            ("sqlite:maru.db?mode=ro", Err(BadAddress)),
            ("postgres://maru@db/maru", postgres("postgres://maru@db/maru")),
            ("postgresql://db", postgres("postgresql://db")),
            ("postgres://", Err(BadAddress)),
            ("mysql://db", Err(BadAddress)),
            ("maru.db", Err(BadAddress)),
            ("", Err(BadAddress)),
        ] {
            assert_eq!(text.parse(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://maru:hunter2@db:5432/maru", "postgres://maru:…@db:5432/maru"),
            ("postgres://maru:hunt@er2@db/maru", "postgres://maru:…@db/maru"),
            ("postgres://maru@db/maru?password=hunter2", "postgres://maru@db/maru?…"),
            ("postgres://maru:hunt?er2@db/maru", "postgres://…"),
            ("postgres://maru:hunter2", "postgres://…"),
            ("postgres://db/maru", "postgres://db/maru"),
            ("postgres://db:5432/maru", "postgres://db:5432/maru"),
        ] {
            let address = StoreAddress::Postgres(url.to_owned());
            assert!(!address.to_string().contains("er2"), "{address}");
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), shown);
        }
    }
}
