//! What is to come at a time: messages that are sent later, and reminders.

use super::{
    ids::{JobId, Millis, RoomId, Seq},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

/// A message that is sent at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Its id; the message's `cid` when it is sent.
    pub id: JobId,
    /// Where it is said; absent where the room is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What the room is called; empty where the author may not know of it any more.
    #[serde(default)]
    pub room_name: String,
    /// What is said.
    pub text: String,
    /// When.
    pub at: Millis,
    /// It was to be sent, and this is why it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// Something said, of which somebody is reminded at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Its id.
    pub id: JobId,
    /// Where it was said; absent where the room is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What the room is called; empty where the reader may not read it any more.
    #[serde(default)]
    pub room_name: String,
    /// Its place in the room's log.
    pub seq: Seq,
    /// Who said it; empty where the reader may not read it any more.
    #[serde(default)]
    pub author: String,
    /// What was said; empty where the reader may not read it any more.
    #[serde(default)]
    pub text: String,
    /// When the reader is reminded.
    pub at: Millis,
    /// The moment has come.
    pub due: bool,
}
