//! Lookouts: who wants to be told when somebody like that looks for someone; and what counts for
//! or against people when they are matched.

use super::{Queries, Store, StoreResult, on_either, postgres};
use ::matching::standing::Deed;
use app::protocol::{
    ids::{LoginId, Millis, UserId},
    matching::Wishes,
};
use std::collections::HashMap;

/// A wish to be told, as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLookout {
    /// Whose.
    pub user: UserId,
    /// By which login.
    pub login: LoginId,
    /// Like what.
    pub wishes: Wishes,
    /// It ends then.
    pub until: Millis,
}

/// A lookout of which its owner was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookoutRow {
    /// Whose.
    pub user: UserId,
    /// Like what.
    pub wishes: Wishes,
    /// When it was made.
    pub since: Millis,
    /// It ends then.
    pub until: Millis,
    /// The year in which the owner was born.
    pub born: i64,
    /// The owner has no password.
    pub guest: bool,
}

/// Lookouts.
impl Store {
    /// Keeps a user's lookout, in the place of the one they had; false where the login has ended.
    pub async fn keep_lookout(&self, new: &NewLookout, now: Millis) -> StoreResult<bool> {
        on_either!(self, it => it.keep_lookout(new, now))
    }

    /// Ends a user's lookout; nothing where they have none.
    pub async fn end_lookout(&self, user: UserId) -> StoreResult<()> {
        on_either!(self, it => it.end_lookout(user))
    }

    /// The lookouts made since then that hold and of which nobody was told.
    pub async fn lookouts(&self, since: Millis, now: Millis) -> StoreResult<Vec<LookoutRow>> {
        on_either!(self, it => it.lookouts(since, now))
    }

    /// Notes that a user is told of the lookout that they made then; false where they took it back
    /// or were told.
    pub async fn tell_lookout(
        &self,
        user: UserId,
        since: Millis,
        now: Millis,
    ) -> StoreResult<bool> {
        on_either!(self, it => it.tell_lookout(user, since, now))
    }
}

/// Conduct.
impl Store {
    /// What these users did since then that counts when people are matched.
    pub async fn deeds_of(
        &self,
        users: &[UserId],
        since: Millis,
    ) -> StoreResult<HashMap<UserId, Vec<Deed>>> {
        on_either!(self, it => it.deeds_of(users, since))
    }
}
