//! Who did what to whom: lines of the audit log, as they are written.
//!
//! Whoever uses a role's power writes a line, in the same transaction as the act where that writes
//! to the database. Never holds what somebody said, a token or a password.

use app::protocol::{
    ids::{AuditId, RoomId, UserId},
    order::{Action, Detail},
};
use uuid::Uuid;

/// A line to be written. Names are looked up when it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who did it; none for the command line.
    pub by: Option<UserId>,
    /// What was done.
    pub action: Action,
    /// To whom or what: a user or a room.
    pub object: Option<Uuid>,
    /// What it is called, where it is neither a user nor a room.
    pub name: String,
    /// What else belongs to it.
    pub detail: Detail,
}

impl Line {
    /// Something done to a user.
    pub fn user(by: Option<UserId>, action: Action, user: UserId, detail: Detail) -> Self {
        Self { by, action, object: Some(user.0), name: String::new(), detail }
    }

    /// Something done to a room.
    pub fn room(by: Option<UserId>, action: Action, room: RoomId, detail: Detail) -> Self {
        Self { by, action, object: Some(room.0), name: String::new(), detail }
    }

    /// Something done to what is neither a user nor a room, but has a name.
    pub fn thing(by: Option<UserId>, action: Action, name: String) -> Self {
        Self { by, action, object: None, name, detail: Detail::default() }
    }
}

/// Which lines of the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that this user did, or that were done to them.
    pub person: Option<UserId>,
    /// Those of this action.
    pub action: Option<Action>,
    /// Those before this one.
    pub before: Option<AuditId>,
}

/// Lines of the audit log on a page.
pub const PAGE_LINES: usize = 50;
