//! How mail is sent.

use super::Secret;
use lettre::{AsyncSmtpTransport, Tokio1Executor, message::Mailbox};

/// The server that takes mail, and whom mail comes from.
#[derive(Clone, Debug)]
pub struct MailConfig {
    url: Secret,
    from: Mailbox,
}

impl MailConfig {
    /// Of an address such as `smtps://USER:PASSWORD@HOST`; none where it is not one.
    pub fn new(url: &str, from: Mailbox) -> Option<Self> {
        let config = Self { url: Secret::new(url.to_owned()), from };
        config.transport().map(|_| config)
    }

    /// Whom mail comes from.
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// The way to the server; it connects with each letter.
    pub fn transport(&self) -> Option<AsyncSmtpTransport<Tokio1Executor>> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(self.url.expose()).ok()?;
        Some(builder.timeout(Some(super::MAIL_ANSWER_MAX)).build())
    }
}

/// An address as it may be shown.
pub(super) fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let shown = match rest.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None if is_host(rest) => rest.to_owned(),
        None => "…".to_owned(),
    };
    if scheme.is_empty() { shown } else { format!("{scheme}://{shown}") }
}

/// A host and perhaps a port; a word behind a colon may be a password whose host was forgotten.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let fits = |it: char| it.is_ascii_alphanumeric() || ".-/?=".contains(it);
    host.chars().all(fits) && port.chars().all(|it| it.is_ascii_digit() || it == '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_has_no_password() {
        for (url, shown) in [
            ("smtps://ann:pw@mail.example", "smtps://…@mail.example"),
            ("smtps://ann:p@w@mail.example:465", "smtps://…@mail.example:465"),
            ("smpt://mail.example:25", "smpt://mail.example:25"),
            ("ann:pw", "…"),
            ("smtp://ann:pw", "smtp://…"),
            ("mail.example", "mail.example"),
        ] {
            assert_eq!(without_password(url), shown, "{url}");
        }
    }

    #[test]
    fn addresses_of_mail_servers_are_told_from_others() {
        let from = || "Maru <maru@chat.example>".parse().expect("an address");
        for (url, fits) in [
            ("smtps://ann:pw@mail.example", true),
            ("smtp://ann:pw@mail.example?tls=required", true),
            ("smtp://127.0.0.1:25", true),
            ("smpt://mail.example", false),
            ("https://mail.example", false),
            ("mail.example", false),
            ("smtp://", false),
        ] {
            assert_eq!(MailConfig::new(url, from()).is_some(), fits, "{url}");
        }
        let config = MailConfig::new("smtps://ann:pw@mail.example", from());
        assert!(!format!("{config:?}").contains("pw@"));
    }
}
