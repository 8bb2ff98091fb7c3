//! Two people who write to each other: requests, blocks, and up to where the other has read.

use super::ids::{Millis, RoomId, UserId};
use serde::{Deserialize, Serialize};

/// Somebody asks to write to the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteRequest {
    /// Their room.
    pub room: RoomId,
    /// Who asks.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// What they said first.
    pub text: String,
    /// When they said it.
    pub at: Millis,
}

/// What the reader says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestAnswer {
    /// Both write.
    Accept,
    /// The room is gone from the list of the one who was asked; who asked is not told.
    Refuse,
    /// And nothing more comes from them.
    RefuseAndBlock,
}

/// Somebody with whom the reader wants to have nothing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Who it is.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// Since when.
    pub at: Millis,
}
