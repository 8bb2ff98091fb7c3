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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Of no form that is known.
    #[error(
        "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, or sqlite:PATH for a file of SQLite"
    )]
    Form,
    /// A parameter that PostgreSQL's addresses do not have.
    #[error(
        "there is no parameter {0} in PostgreSQL's addresses; mend its name, or remove it (in a \
         password ? is %3F, and & is %26)"
    )]
    Parameter(String),
}

/// The parameters that may follow the database's name.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

impl FromStr for StoreAddress {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let fit = !path.is_empty() && !path.contains([':', '?']);
            return fit.then(|| Self::File(path.into())).ok_or(BadAddress::Form);
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let named = rest.is_some_and(|it| !it.is_empty() && !it.contains(char::is_whitespace));
        if !named {
            return Err(BadAddress::Form);
        }
        check_parameters(text)?;
        Ok(Self::Postgres(text.to_owned()))
    }
}

/// Refuses parameters that would be ignored, and be written into the log with their values.
fn check_parameters(url: &str) -> Result<(), BadAddress> {
    let Some((_, parameters)) = url.split_once('?') else { return Ok(()) };
    for parameter in parameters.split('&').filter(|it| !it.is_empty()) {
        let (name, value) = parameter.split_once('=').unzip();
        let known = name.is_some_and(|it| {
            PARAMETERS.contains(&it) || (it.starts_with("options[") && it.ends_with(']'))
        });
        if !known {
            // What does not look like a name may be a part of a password.
            let plain = |it: &&str| it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
            let name = name.filter(plain).filter(|_| !value.unwrap_or_default().contains('@'));
            return Err(BadAddress::Parameter(name.unwrap_or("of that name").to_owned()));
        }
    }
    Ok(())
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
            ("sqlite:", Err(BadAddress::Form)),
            ("sqlite::memory:", Err(BadAddress::Form)),
            ("sqlite:maru.db?mode=ro", Err(BadAddress::Form)),
            ("postgres://maru@db/maru", postgres("postgres://maru@db/maru")),
            ("postgresql://db", postgres("postgresql://db")),
            (
                "postgres://db/a?sslmode=disable&options[x]=1",
                postgres("postgres://db/a?sslmode=disable&options[x]=1"),
            ),
            ("postgres://", Err(BadAddress::Form)),
            ("mysql://db", Err(BadAddress::Form)),
            ("maru.db", Err(BadAddress::Form)),
            ("", Err(BadAddress::Form)),
        ] {
            assert_eq!(text.parse(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_parameter_that_there_is_not_is_named_without_its_value() {
        for (url, named) in [
            ("postgres://db/maru?passwort=hunter2", "passwort"),
            ("postgres://db/maru?sslmode=disable&passwort=hunter2", "passwort"),
            ("postgres://db/maru?password=a&hunter2", "of that name"),
            ("postgres://maru:hunt?er2@db/maru", "of that name"),
            ("postgres://maru:hunt?er=er2@db/maru", "of that name"),
        ] {
            let error = url.parse::<StoreAddress>().unwrap_err();
            assert_eq!(error, BadAddress::Parameter(named.to_owned()));
            assert!(!error.to_string().contains("er2"), "{error}");
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
