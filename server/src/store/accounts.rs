//! What belongs to an account beside its name: what one tells of oneself, one's picture, and the
//! way to a new password.

use super::{
    NewPicture, NewReset, PictureRow, Queries, ResetRow, Store, StoreResult, TokenHash, User,
    on_either, postgres,
};
use app::protocol::{
    ids::{LoginId, Millis, UserId},
    pages::Own,
    profile::ProfileChange,
};

/// Links by which a forgotten password is set anew, and the addresses to which they are mailed.
impl Store {
    /// Sets or removes a user's e-mail address. Links that were mailed before are void.
    pub async fn set_email(&self, user: UserId, email: Option<&str>) -> StoreResult<()> {
        on_either!(self, it => it.set_email(user, email))
    }

    /// The accounts of that name or address that have an address, a few at most.
    pub async fn mailable(
        &self,
        name_key: Option<&str>,
        email: Option<&str>,
    ) -> StoreResult<Vec<(User, String)>> {
        on_either!(self, it => it.mailable(name_key, email))
    }

    /// Keeps a link.
    pub async fn add_reset(&self, new: &NewReset) -> StoreResult<()> {
        on_either!(self, it => it.add_reset(new))
    }

    /// The link with that token, however old.
    pub async fn reset(&self, token: &TokenHash) -> StoreResult<Option<ResetRow>> {
        on_either!(self, it => it.reset(token))
    }

    /// Uses a link: sets the password of its user, who is as read with the link, removes all links
    /// to them and ends all their logins, which it names. None where it was used in the meantime,
    /// or the password is another by now.
    pub async fn redeem_reset(
        &self,
        token: &TokenHash,
        user: &User,
        password: &str,
    ) -> StoreResult<Option<Vec<LoginId>>> {
        on_either!(self, it => it.redeem_reset(token, user, password))
    }

    /// Forgets links made before that moment.
    pub async fn delete_resets(&self, made_before: Millis) -> StoreResult<()> {
        on_either!(self, it => it.delete_resets(made_before))
    }
}

/// What users tell of themselves.
impl Store {
    /// All that a user has set about themselves.
    pub async fn own(&self, user: UserId) -> StoreResult<Own> {
        on_either!(self, it => it.own(user))
    }

    /// Changes what a user tells of themselves.
    pub async fn set_profile(&self, user: UserId, change: &ProfileChange) -> StoreResult<()> {
        on_either!(self, it => it.set_profile(user, change))
    }

    /// Sets whether a new login of the user ends their others.
    pub async fn set_one_login(&self, user: UserId, one_login: bool) -> StoreResult<()> {
        on_either!(self, it => it.set_one_login(user, one_login))
    }

    /// Gives a user another picture, or none.
    pub async fn set_picture(
        &self,
        user: UserId,
        new: Option<&NewPicture>,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.set_picture(user, new, now))
    }

    /// A user's picture. Also for who has blocked them or was blocked: it is seen in the rooms
    /// that both are in, and must not tell of the block.
    pub async fn picture(&self, user: UserId, large: bool) -> StoreResult<Option<PictureRow>> {
        on_either!(self, it => it.picture(user, large))
    }
}
