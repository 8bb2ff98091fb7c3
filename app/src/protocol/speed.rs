//! Speed rounds of a room: whoever joins in is put together with one other for a while, and then
//! with another.

use super::ids::Millis;
use serde::{Deserialize, Serialize};

/// The rounds that were set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedPlan {
    /// How many rounds.
    pub rounds: u32,
    /// How long each is, in minutes.
    pub mins: u32,
    /// They come again a week later, and so on.
    pub weekly: bool,
    /// How many of them have begun.
    pub done: u32,
    /// When the next one begins.
    pub next_at: Millis,
}

/// How it stands with the speed rounds of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedView {
    /// The rounds; none where none were set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<SpeedPlan>,
    /// How many join in.
    pub guests: u32,
    /// The reader does.
    pub mine: bool,
}
