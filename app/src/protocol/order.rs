//! Order on the whole server: what is reported and decided, what its people are told of it, and
//! who did what.

use super::{
    ids::{AuditId, Millis, NoticeId, ReportId, RoomId, Seq, UserId},
    message::Entry,
    people::Role,
    room::RoomKind,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An enum of words that are the same on the wire, in forms and in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        }

        impl $name {
            /// Every word.
            pub const ALL: &[Self] = &[$(Self::$word,)+];

            /// The word itself.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }

            /// What the word means, if it is one of these.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

words! {
    /// Why somebody is reported.
    Why {
        /// Advertising, or the same over and over.
        Spam = "spam",
        /// Insults, threats, following somebody around.
        Harassment = "harassment",
        /// What is sexual and not wanted.
        Sexual = "sexual",
        /// Against people for what they are.
        Hate = "hate",
        /// Somebody may harm themselves.
        SelfHarm = "self_harm",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What a reviewer decides about a report.
    Verdict {
        /// Nothing is done.
        None = "none",
        /// The reported user is told off.
        Warn = "warn",
        /// The reported user may not speak for a time, or for ever.
        Mute = "mute",
        /// The reported user may not come in for a time, or for ever.
        Ban = "ban",
    }
}

words! {
    /// What a user is told about themselves and their reports.
    Told {
        /// They did something that is not wanted.
        Warned = "warned",
        /// They may not speak until then.
        Muted = "muted",
        /// They may speak again.
        Unmuted = "unmuted",
        /// They could not come in until then.
        Banned = "banned",
        /// They may come in again.
        Unbanned = "unbanned",
        /// Something was done about what they reported.
        ReportActed = "report_acted",
        /// Nothing was done about what they reported.
        ReportClosed = "report_closed",
        /// They have another role.
        RoleChanged = "role_changed",
    }
}

words! {
    /// What the audit log tells of.
    Action {
        /// A user got another role.
        Role = "role",
        /// A user was warned.
        Warn = "warn",
        /// A user may not speak.
        Mute = "mute",
        /// A user may speak again.
        Unmute = "unmute",
        /// A user may not come in.
        Ban = "ban",
        /// A user may come in again.
        Unban = "unban",
        /// A report was decided.
        Decide = "decide",
        /// Something was announced in a room.
        Announce = "announce",
        /// Somebody acted as a host in a room that is not their own.
        Act = "act",
        /// A room was closed by somebody who is not its host.
        Close = "close",
        /// A node takes no sockets.
        Drain = "drain",
        /// A node takes sockets again.
        Undrain = "undrain",
        /// A question pack was written, or removed.
        Pack = "pack",
        /// A password was set on the command line.
        Password = "password",
        /// A link by which a password is set anew was made on the command line.
        ResetLink = "reset_link",
    }
}

/// What belongs to a line of the audit log beside who, what and to whom. Never what somebody said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// The role before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Role>,
    /// The role afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Role>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Why the report was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// What was done in the room: the name of an act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// To whom it was done in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Until when; the largest value for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The reason that was given.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// The line.
    pub id: AuditId,
    /// When it was done.
    pub at: Millis,
    /// Who did it; none for the command line.
    pub by: Option<UserId>,
    /// What they were called.
    pub by_name: String,
    /// What was done.
    pub action: Action,
    /// To whom or what.
    pub object: Option<Uuid>,
    /// What that was called; empty where it may not be told.
    pub object_name: String,
    /// What else belongs to it.
    pub detail: Detail,
}

/// Something that a user is told, until they confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The notice.
    pub id: NoticeId,
    /// When it was told.
    pub at: Millis,
    /// What.
    pub told: Told,
    /// For what, where it follows from a report about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Until when; the largest value for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The role that they have now, where that was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What the reviewer wrote to them; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// They confirmed it.
    pub confirmed: bool,
}

/// A user in a list for reviewers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Who it is.
    pub id: UserId,
    /// What they are called now.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
}

/// A report as reviewers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The report.
    pub id: ReportId,
    /// When it was made.
    pub at: Millis,
    /// Who made it.
    pub by: Named,
    /// About whom.
    pub against: Named,
    /// In which room; none where it was in no room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What that room was called; may be empty.
    pub room_name: String,
    /// What sort of room it was then. The log of people who were matched is forgotten when the
    /// report is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_kind: Option<RoomKind>,
    /// About which entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Why.
    pub why: Why,
    /// What the reporter wrote; may be empty.
    pub text: String,
    /// What stood in the log around it, as the server read it when it was reported.
    pub excerpt: Vec<Entry>,
    /// What became of it; none while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: Millis,
    /// Until when it holds; the largest value for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// What the reviewer wrote to the reported user; may be empty.
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_on_the_wire_and_in_the_database() {
        fn check<T: Serialize + Copy>(all: &[T], name: fn(T) -> &'static str) {
            for word in all {
                assert_eq!(serde_json::to_value(word).unwrap(), name(*word));
            }
        }
        check(Why::ALL, Why::name);
        check(Verdict::ALL, Verdict::name);
        check(Told::ALL, Told::name);
        check(Action::ALL, Action::name);
        assert_eq!(Why::from_name("self_harm"), Some(Why::SelfHarm));
        assert_eq!(Why::from_name("Spam"), None);
    }
}
