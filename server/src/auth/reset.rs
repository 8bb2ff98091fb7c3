//! A forgotten password: a link, mailed to who can read the account's mail or made by who runs the
//! server, good for half an hour and for once.

use super::{Auth, Login, Name, Token, check_password};
use crate::{
    address::Address,
    config::{Config, Origin},
    engine::clock,
    mail::{self, Mailer},
    store::{NewReset, ResetRow, Store, TokenHash, User},
};
use app::protocol::{ids::Millis, limits::EMAIL_CHARS_MAX, refusal::Refusal, snapshot::Language};
use sha2::{Digest as _, Sha256};

/// A link is over after so long.
pub(super) const RESET_MS_MAX: i64 = 30 * 60 * 1000;

/// What is needed to mail links.
#[derive(Clone, Debug)]
pub(super) struct Post {
    mailer: Mailer,
    /// From the configuration, never from what a request says of its host.
    origin: Origin,
    house: String,
}

impl Post {
    /// None where no mail is sent.
    pub(super) fn new(config: &Config, origin: Option<&Origin>) -> Option<Self> {
        let mailer = Mailer::new(config.mail.as_ref()?)?;
        Some(Self { mailer, origin: origin?.clone(), house: config.name.clone() })
    }
}

/// Makes a link for an account; what is kept of it is a hash.
pub(crate) async fn new_reset_link(
    store: &Store,
    user: &User,
    origin: &Origin,
) -> Result<String, Refusal> {
    let bound_to = bound_to(user).ok_or(Refusal::NotAllowed)?;
    let token = Token::random().map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Refusal::Internal
    })?;
    let (at, user) = (clock::now(), user.id);
    store.add_reset(&NewReset { token: token.hash(), user, bound_to, at }).await?;
    Ok(format!("{origin}/reset?token={}", token.text()))
}

/// What a link is bound to; none for guests, who have no password.
fn bound_to(user: &User) -> Option<TokenHash> {
    user.password.as_ref().map(|it| Sha256::digest(it).into())
}

/// An e-mail address as it is kept; empty is none.
fn email_of(typed: &str) -> Result<Option<String>, Refusal> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return Ok(None);
    }
    let fits = typed.chars().count() <= EMAIL_CHARS_MAX;
    let parsed = typed.parse::<lettre::Address>();
    if fits && parsed.is_ok() { Ok(Some(typed)) } else { Err(Refusal::NotAnAddress) }
}

impl Auth {
    /// Whether links can be mailed.
    pub(crate) fn mails(&self) -> bool {
        self.post.is_some()
    }

    /// Sets or removes the account's e-mail address, by which its password can be set anew.
    pub(crate) async fn change_email(
        &self,
        login: &Login,
        current: String,
        typed: &str,
    ) -> Result<(), Refusal> {
        if login.user.password.is_none() {
            return Err(Refusal::NotAllowed);
        }
        let email = email_of(typed)?;
        self.rates.logins_account.check(&login.user.id.to_string())?;
        if !self.passwords.matches(current, login.user.password.clone()).await? {
            return Err(Refusal::WrongCredentials);
        }
        Ok(self.store().set_email(login.user.id, email.as_deref()).await?)
    }

    /// Mails a link to whoever has that name or address. The answer and the work before it are the
    /// same for every name: it is looked up in the background.
    pub(crate) fn ask_reset(
        &self,
        typed: String,
        language: Language,
        address: &Address,
    ) -> Result<(), Refusal> {
        let post = self.post.clone().ok_or(Refusal::NotAllowed)?;
        self.rates.resets_address.check(address)?;
        let place = post.mailer.place()?;
        let (auth, stop) = (self.clone(), self.stop.clone());
        self.engine.tasks().spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = auth.mail_links(&post, &typed, language) => {}
            }
            drop(place);
        });
        Ok(())
    }

    async fn mail_links(&self, post: &Post, typed: &str, language: Language) {
        let (name, email) = match email_of(typed) {
            Ok(Some(email)) => (None, Some(email)),
            _ => (Name::parse(typed).ok(), None),
        };
        let key = name.as_ref().map(Name::key);
        let found = match self.store().mailable(key, email.as_deref()).await {
            Ok(found) => found,
            Err(error) => return tracing::error!(%error, "cannot look up who asked for a link"),
        };
        for (user, email) in found {
            if self.rates.resets_account.check(&user.id).is_err() {
                tracing::info!(user.id = %user.id, "more links were asked for than are mailed");
                continue;
            }
            if let Err(refusal) = self.mail_link(post, &user, &email, language).await {
                tracing::error!(%refusal, user.id = %user.id, "cannot make a link");
            }
        }
    }

    async fn mail_link(
        &self,
        post: &Post,
        user: &User,
        email: &str,
        language: Language,
    ) -> Result<(), Refusal> {
        let to = email.parse().map_err(|_| Refusal::NotAnAddress)?;
        let link = new_reset_link(self.store(), user, &post.origin).await?;
        tracing::info!(user.id = %user.id, "mails a link for a new password");
        post.mailer.send(mail::reset(language, to, &post.house, (&user.name, &link))).await;
        Ok(())
    }

    /// Whether a link can be used, for the page that it leads to.
    pub(crate) async fn check_reset(&self, token: &str) -> Result<(), Refusal> {
        self.usable_reset(token).await.map(|_| ())
    }

    /// Sets a password by a link, and ends all logins of its user. Nobody is signed in by it.
    pub(crate) async fn redeem_reset(
        &self,
        token: &str,
        password: String,
        address: &Address,
    ) -> Result<(), Refusal> {
        self.rates.logins_address.check(address)?;
        let (hash, user) = self.usable_reset(token).await?;
        check_password(&password, &user.name)?;
        let password = self.passwords.hash(password).await?;
        let ended = self.store().redeem_reset(&hash, &user, &password).await?;
        let ended = ended.ok_or(Refusal::LinkOver)?;
        self.engine.end_logins(&ended);
        tracing::info!(user.id = %user.id, "set a new password by a link");
        Ok(())
    }

    /// The link's user, if it is not over, used, or void by another password.
    async fn usable_reset(&self, token: &str) -> Result<(TokenHash, User), Refusal> {
        let hash = Token::parse(token).ok_or(Refusal::LinkOver)?.hash();
        let found = self.store().reset(&hash).await?.ok_or(Refusal::LinkOver)?;
        let ResetRow { user, bound_to: bound, at } = found;
        let is_young = clock::now().since(at) < RESET_MS_MAX;
        if is_young && bound_to(&user) == Some(bound) {
            Ok((hash, user))
        } else {
            Err(Refusal::LinkOver)
        }
    }

    /// Forgets links that are over.
    pub(super) async fn forget_resets(&self, now: Millis) -> Result<(), Refusal> {
        Ok(self.store().delete_resets(now.plus(-RESET_MS_MAX)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_one_form_and_nothing_else_is_one() {
        assert_eq!(email_of(" Ann@Mail.Example "), Ok(Some("ann@mail.example".into())));
        assert_eq!(email_of("  "), Ok(None));
        for typed in [
            "ann",
            "ann@",
            "@mail.example",
            "a@b@c",
            "ann@mail.example\r\nBcc: x@y.z",
            "ann@mail.example, bob@mail.example",
            "<ann@mail.example>",
        ] {
            assert_eq!(email_of(typed), Err(Refusal::NotAnAddress), "{typed:?}");
        }
        assert!(email_of(&format!("{}@mail.example", "a".repeat(250))).is_err());
    }
}
