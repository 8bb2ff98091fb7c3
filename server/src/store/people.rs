//! What pages tell of people: profiles, and direct rooms with what was said last in them.

use super::{Queries, Store, StoreResult, on_either, postgres};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    pages::LastWords,
    people::Role,
};

/// What a user tells of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
    /// The version of their picture, if they have one.
    pub picture: Option<String>,
    /// Some sentences; may be empty.
    pub about: String,
    /// Tags of languages.
    pub languages: Vec<String>,
    /// What they like.
    pub interests: Vec<String>,
    /// When they first came.
    pub since: Millis,
}

/// A direct room of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkRow {
    /// The room.
    pub room: RoomId,
    /// The version of the other's picture, if they have one.
    pub picture: Option<String>,
    /// What was said last, if anything was.
    pub last: Option<LastWords>,
    /// The user has not seen it.
    pub unread: bool,
}

impl Store {
    /// What a user tells of themselves; none where there is no such user.
    pub async fn profile(&self, user: UserId) -> StoreResult<Option<ProfileRow>> {
        on_either!(self, it => it.profile(user))
    }

    /// The direct rooms of a user, those with the newest words first.
    pub async fn talks(&self, user: UserId) -> StoreResult<Vec<TalkRow>> {
        on_either!(self, it => it.talks(user))
    }
}
