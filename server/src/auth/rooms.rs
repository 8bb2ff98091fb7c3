//! The passwords of rooms: hashed as those of accounts are, on the same few threads, and limited
//! by room, by account and by address.

use super::{Auth, Login};
use crate::address::Address;
use app::protocol::refusal::Refusal;

impl Auth {
    /// The hash of a room's new password, in PHC form.
    pub(crate) async fn hash_room_password(&self, password: String) -> Result<String, Refusal> {
        self.passwords.hash(password).await
    }

    /// Whether the password has that hash. Without a hash it takes as long, and has not: whoever
    /// asks for a room that they may not know of learns nothing by the time.
    pub(crate) async fn opens_room(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        self.passwords.matches(password, hash).await
    }

    /// Counts a try of a room's password. `room` is the room's address as it was asked for.
    pub(crate) fn may_try_room(
        &self,
        login: &Login,
        address: Address,
        room: &str,
    ) -> Result<(), Refusal> {
        self.rates.room_passwords_address.check(&address)?;
        self.rates.room_passwords_account.check(&login.user.id)?;
        self.rates.room_passwords_room.check(&room.to_owned())
    }

    /// Counts a room that somebody makes.
    pub(crate) fn may_make_room(&self, login: &Login) -> Result<(), Refusal> {
        self.rates.rooms.check(&login.user.id)
    }

    /// How many passwords were hashed or verified since the server started.
    #[cfg(test)]
    pub(crate) fn hashes(&self) -> u64 {
        self.passwords.done()
    }
}
