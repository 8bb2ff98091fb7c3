//! Who is who: sign-up, sign-in, guests, and the logins that last.
//!
//! Works on the store and tells the engine; knows no HTTP but the cookie.

mod login_cookie;
mod name;
mod password;
mod profile;
mod rate;
mod reset;
mod rooms;

pub use login_cookie::{Token, hex, unhex};
pub(crate) use login_cookie::{clear_cookie, cookie, set_cookie};
pub use name::Name;
pub(crate) use password::{check as check_password, hash_now};
pub(crate) use rate::Rates;
pub(crate) use reset::new_reset_link;

use crate::{
    address::Address,
    config::{Config, Origin},
    engine::{Engine, Who, clock},
    http::Site,
    store::{LoginRow, NewLogin, NewUser, Store, StoreError, User},
};
use app::protocol::{
    ids::{LoginId, Millis},
    order::Told,
    people::Role,
    refusal::Refusal,
    snapshot::{LoginSummary, Me},
};
use password::Passwords;
use reset::Post;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A login that was not used for so long is over.
const IDLE_MS_MAX: i64 = 14 * DAY_MS;
/// A login is over after so long, used or not.
pub(crate) const LOGIN_MS_MAX: i64 = 90 * DAY_MS;
/// How exactly a login's last use is known.
const TOUCH_MS: i64 = 60 * 1000;
/// How often logins that are over, and limits that no longer count, are swept out.
const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Who is who.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    engine: Engine,
    passwords: Passwords,
    rates: Arc<Rates>,
    secure: bool,
    /// How links are mailed; none where no mail is sent.
    post: Option<Post>,
    /// Everybody has one login at a time.
    one_login: bool,
    /// With less free on the disk no picture is kept, in MiB.
    disk_free_mib: u32,
    stop: CancellationToken,
}

/// A login that a request came with.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) row: LoginRow,
    pub(crate) user: User,
}

impl Login {
    /// As the engine wants it.
    pub(crate) fn who(&self) -> Who {
        Who {
            user: self.user.id,
            name: self.user.name.as_str().into(),
            role: self.user.role,
            login: self.row.id,
            by_hand: self.user.by_hand,
        }
    }

    /// As pages and API show it.
    pub(crate) fn me(&self) -> Me {
        me(&self.user)
    }
}

/// A user as they see themselves.
pub(crate) fn me(user: &User) -> Me {
    Me { id: user.id, name: user.name.clone(), role: user.role, picture: user.picture.clone() }
}

/// What somebody typed to come in, and from where. Without `Debug`, for it has a password.
pub(crate) struct Attempt {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) agent: String,
    pub(crate) address: Address,
}

/// A login that has just begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) user: User,
    /// The `Set-Cookie` that carries it.
    pub(crate) cookie: String,
}

impl Auth {
    pub(crate) fn new(
        engine: Engine,
        config: &Config,
        rates: Arc<Rates>,
        origins: &[Origin],
        stop: CancellationToken,
    ) -> Self {
        Self {
            passwords: Passwords::new(config.password_threads),
            secure: origins.first().is_some_and(Origin::is_secure),
            post: Post::new(config, origins.first()),
            one_login: config.one_login_per_user,
            disk_free_mib: config.disk_free_mib,
            engine,
            rates,
            stop,
        }
    }

    fn store(&self) -> &Store {
        self.engine.store()
    }

    /// Makes an account.
    pub(crate) async fn sign_up(&self, attempt: Attempt) -> Result<Begun, Refusal> {
        let name = Name::parse(&attempt.name)?;
        check_password(&attempt.password, name.shown())?;
        self.rates.sign_ups.check(&attempt.address)?;
        let password = self.passwords.hash(attempt.password).await?;
        let user = self.create(&name, Some(password), Role::Member).await?;
        self.begin(user, &attempt.agent).await
    }

    /// Makes a guest.
    pub(crate) async fn guest(&self, attempt: Attempt) -> Result<Begun, Refusal> {
        let name = Name::parse(&attempt.name)?;
        self.rates.guests.check(&attempt.address)?;
        let user = self.create(&name, None, Role::Guest).await?;
        self.begin(user, &attempt.agent).await
    }

    /// Begins a login of an account. An unknown name and a wrong password have the same answer,
    /// after the same time.
    pub(crate) async fn sign_in(&self, attempt: Attempt) -> Result<Begun, Refusal> {
        self.rates.logins_address.check(&attempt.address)?;
        let name = Name::parse(&attempt.name).ok();
        let user = match &name {
            Some(name) => {
                self.rates.logins_account.check(&name.key().to_owned())?;
                self.store().user_by_name_key(name.key()).await?
            }
            None => None,
        };
        let hash = user.as_ref().and_then(|it| it.password.clone());
        let matched = self.passwords.matches(attempt.password, hash).await?;
        match user {
            // Told only to who knows the password.
            Some(user) if matched && user.is_banned(clock::now()) => Err(banned(&user)),
            Some(user) if matched => self.begin(user, &attempt.agent).await,
            _ => Err(Refusal::WrongCredentials),
        }
    }

    /// What an account that may not come in was told of the reason; empty where nothing was. For
    /// who has shown its password only.
    pub(crate) async fn ban_reason(&self, name: &str) -> Result<String, Refusal> {
        let Ok(name) = Name::parse(name) else { return Ok(String::new()) };
        let Some(user) = self.store().user_by_name_key(name.key()).await? else {
            return Ok(String::new());
        };
        let mut notices = self.store().notices(user.id).await?.into_iter();
        let ban = notices.find(|it| it.told == Told::Banned);
        Ok(ban.map(|it| it.text).unwrap_or_default())
    }

    /// The login of that token, if it is not over. A banned user's logins are ended with the ban;
    /// one that is there all the same lets nobody in.
    pub(crate) async fn login(&self, token: &Token) -> Result<Option<Login>, Refusal> {
        let Some((row, user)) = self.store().login_by_token(&token.hash()).await? else {
            return Ok(None);
        };
        let now = clock::now();
        if user.is_banned(now) {
            return Err(banned(&user));
        }
        if now.since(row.seen_at) > IDLE_MS_MAX || now.since(row.created_at) > LOGIN_MS_MAX {
            self.end(&Login { row, user }).await?;
            return Ok(None);
        }
        if now.since(row.seen_at) >= TOUCH_MS
            && let Err(error) = self.store().touch_login(row.id, now).await
        {
            // A full disk must not keep anybody from reading.
            tracing::warn!(%error, login.id = %row.id, "cannot note that a login was used");
        }
        Ok(Some(Login { row, user }))
    }

    /// Ends the login itself.
    pub(crate) async fn end(&self, login: &Login) -> Result<(), Refusal> {
        self.end_of(login, login.row.id).await.map(|_| ())
    }

    /// Ends another login of the same user; false when there is none.
    pub(crate) async fn end_of(&self, login: &Login, ended: LoginId) -> Result<bool, Refusal> {
        let there = self.store().delete_login(login.user.id, ended).await?;
        if there {
            self.engine.end_logins(&[ended]);
        }
        Ok(there)
    }

    /// Ends all other logins of the same user.
    pub(crate) async fn end_others(&self, login: &Login) -> Result<(), Refusal> {
        let ended = self.store().delete_logins(login.user.id, Some(login.row.id)).await?;
        self.engine.end_logins(&ended);
        Ok(())
    }

    /// All logins of the same user.
    pub(crate) async fn logins(&self, login: &Login) -> Result<Vec<LoginSummary>, Refusal> {
        let rows = self.store().logins(login.user.id).await?;
        let summary = |it: LoginRow| LoginSummary {
            id: it.id,
            current: it.id == login.row.id,
            agent: it.agent,
            since: it.created_at,
            seen: it.seen_at,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Gives the user another name.
    pub(crate) async fn rename(&self, login: &Login, typed: &str) -> Result<User, Refusal> {
        let name = Name::parse(typed)?;
        self.store().rename_user(login.user.id, name.shown(), name.key()).await?;
        self.changed(login).await
    }

    /// Gives the account another password, and ends its other logins: whoever changes a password
    /// may do so because somebody else knows the old one.
    pub(crate) async fn change_password(
        &self,
        login: &Login,
        current: String,
        password: String,
    ) -> Result<(), Refusal> {
        if login.user.password.is_none() {
            return Err(Refusal::NotAllowed);
        }
        check_password(&password, &login.user.name)?;
        self.rates.logins_account.check(&login.user.id.to_string())?;
        if !self.passwords.matches(current, login.user.password.clone()).await? {
            return Err(Refusal::WrongCredentials);
        }
        let hash = self.passwords.hash(password).await?;
        let ended = self.store().set_password(login.user.id, &hash, Some(login.row.id)).await?;
        self.engine.end_logins(&ended);
        Ok(())
    }

    /// Makes an account of a guest.
    pub(crate) async fn upgrade(
        &self,
        login: &Login,
        typed: &str,
        password: String,
        address: Address,
    ) -> Result<User, Refusal> {
        if login.user.password.is_some() {
            return Err(Refusal::NotAllowed);
        }
        let name = Name::parse(typed)?;
        check_password(&password, name.shown())?;
        self.rates.sign_ups.check(&address)?;
        let hash = self.passwords.hash(password).await?;
        self.store().rename_user(login.user.id, name.shown(), name.key()).await?;
        // A guest has this login only.
        self.store().set_password(login.user.id, &hash, Some(login.row.id)).await?;
        self.changed(login).await
    }

    async fn create(
        &self,
        name: &Name,
        password: Option<String>,
        role: Role,
    ) -> Result<User, Refusal> {
        let (shown, key) = (name.shown().to_owned(), name.key().to_owned());
        let new = NewUser { name: shown, name_key: key, password, role };
        Ok(self.store().create_user(new, clock::now()).await?)
    }

    /// Begins a login with a token that nobody has seen before.
    async fn begin(&self, user: User, agent: &str) -> Result<Begun, Refusal> {
        let token = Token::random().map_err(|error| {
            tracing::error!(%error, "the system gives no random numbers");
            Refusal::Internal
        })?;
        let new = NewLogin { token: &token.hash(), agent, at: clock::now() };
        let ended = match self.store().begin_login(&user, &new, self.one_login).await {
            Ok((_, ended)) => ended,
            Err(StoreError::NotFound) => return Err(self.why_not(&user).await?),
            Err(error) => return Err(error.into()),
        };
        self.engine.replace_logins(&ended);
        tracing::info!(user.id = %user.id, "signed in");
        Ok(Begun { user, cookie: token.set_cookie(self.secure) })
    }

    /// Why no login began: the user was banned, or the password changed, while it was checked.
    async fn why_not(&self, user: &User) -> Result<Refusal, Refusal> {
        let now = self.store().user(user.id).await?;
        let banned_now = now.filter(|it| it.is_banned(clock::now()));
        Ok(banned_now.map_or(Refusal::WrongCredentials, |it| banned(&it)))
    }

    /// Tells the engine what became of the user.
    async fn changed(&self, login: &Login) -> Result<User, Refusal> {
        let user = self.store().user(login.user.id).await?.ok_or(Refusal::NotSignedIn)?;
        self.engine.user_changed(&user);
        Ok(user)
    }

    async fn end_stale(&self, now: Millis) -> Result<(), Refusal> {
        let idle_since = now.plus(-IDLE_MS_MAX);
        let begun_before = now.plus(-LOGIN_MS_MAX);
        let ended = self.store().delete_stale_logins(idle_since, begun_before).await?;
        self.engine.end_logins(&ended);
        self.forget_resets(now).await
    }
}

/// Why a banned user does not come in.
fn banned(user: &User) -> Refusal {
    Refusal::AccountBanned { until: user.banned_until.filter(|it| it.0 < i64::MAX) }
}

/// Sweeps out what is over, until the server stops.
pub(crate) async fn sweep(site: Arc<Site>) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = site.stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        site.rates.forget();
        if !site.engine.leads() {
            continue;
        }
        if let Err(refusal) = site.auth.end_stale(clock::now()).await {
            tracing::warn!(%refusal, "cannot end stale logins");
        }
    }
}
