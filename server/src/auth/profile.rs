//! What users set about themselves.

use super::{Auth, Login};
use crate::{
    engine::clock,
    store::{NewPicture, User},
};
use app::protocol::{pages::Own, profile::ProfileChange, refusal::Refusal};

impl Auth {
    /// All that the user has set about themselves.
    pub(crate) async fn own(&self, login: &Login) -> Result<Own, Refusal> {
        let own = self.store().own(login.user.id).await?;
        Ok(Own { one_login_for_all: self.one_login, ..own })
    }

    /// Changes what the user tells of themselves.
    pub(crate) async fn change_profile(
        &self,
        login: &Login,
        change: ProfileChange,
    ) -> Result<(), Refusal> {
        self.store().set_profile(login.user.id, &change.checked()?).await?;
        self.changed(login).await.map(|_| ())
    }

    /// Sets whether a new login of the user ends their others.
    pub(crate) async fn set_one_login(&self, login: &Login, one: bool) -> Result<(), Refusal> {
        Ok(self.store().set_one_login(login.user.id, one).await?)
    }

    /// Gives the user another picture, or none.
    pub(crate) async fn set_picture(
        &self,
        login: &Login,
        picture: Option<NewPicture>,
    ) -> Result<User, Refusal> {
        let least = u64::from(self.disk_free_mib) * 1024 * 1024;
        let is_full = self.store().disk_free_bytes().is_some_and(|it| it < least);
        if picture.is_some() && is_full {
            return Err(Refusal::DiskFull);
        }
        self.store().set_picture(login.user.id, picture.as_ref(), clock::now()).await?;
        self.changed(login).await
    }
}
