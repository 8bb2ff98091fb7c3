//! Changes to the logs: what may be asked of a room, and by whom.

use super::Fence;
use app::protocol::{
    ids::{AskedId, Cid, InviteId, LoginId, Millis, RoomId, UserId},
    matching::Openness,
    questions::{AnswerText, PairSettings},
    room::Act,
};

/// The lease that [`Append::fence`] is checked against.
pub const CARETAKER: &str = "caretaker";

/// A change to a room's log, asked for by a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The room.
    pub room: RoomId,
    /// Who asks.
    pub author: UserId,
    /// By which login; it is looked up again in the transaction, so that nothing of an ended
    /// login is accepted. `None` for what the server does by itself.
    pub login: Option<LoginId>,
    /// The author's id for it: with one known already, nothing is appended.
    pub cid: Option<Cid>,
    /// What the same author said before it and has no answer to: it is not written before that.
    pub after: Option<Cid>,
    /// Who asks as the holder of the lease [`CARETAKER`]: nothing of an earlier holder is
    /// accepted.
    pub fence: Option<Fence>,
    /// What to append.
    pub change: Change,
}

impl Append {
    /// By what it is known, where it has an id.
    pub fn id(&self) -> Option<(UserId, Cid)> {
        Some((self.author, self.cid?))
    }

    /// The `cid` as the entry shows it: that of a message, which its author's client knows. Those
    /// of other changes are the server's own, by which it asks again.
    pub fn shown_cid(&self) -> Option<Cid> {
        self.cid.filter(|_| matches!(self.change, Change::Message(_)))
    }
}

/// What to append. Who may is decided in the transaction, from what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something said; the author must be a member.
    Message(String),
    /// The author becomes a member; nothing where they are one. In large and direct rooms no entry
    /// tells of it.
    Join(Way),
    /// The author stops being a member; nothing where they are none. Where the host leaves, another
    /// is the host; where the last one leaves a private or large room, it is closed.
    Leave,
    /// The author waits for a place in a full room; becomes a member where there is one.
    Wait(Way),
    /// The author waits no longer; nothing where they did not. Also for those who went offline: of
    /// those who wait, the first comes in when a place gets free.
    StopWaiting,
    /// Something told by an admin; whoever calls has made sure of that.
    Announce(String),
    /// Something that one does by one's powers.
    Act(HostAct),
    /// The author answers whoever asked to write to them in a direct room; nothing where nobody
    /// does. To answer by a message does the same.
    Accept,
    /// One of the two of a match or pair room asks for a question: the next one, or that one back
    /// which was skipped.
    Ask {
        /// The skipped one; none for the next.
        back: Option<AskedId>,
    },
    /// One of the two answers a question: for the first time, in place of their sealed answer, or
    /// anew.
    Answer {
        /// Which.
        asked: AskedId,
        /// What they answer.
        text: AnswerText,
    },
    /// One of the two puts an open question away, for both.
    Skip(AskedId),
    /// One of the two chooses how questions come up, for both.
    SetQuestions(PairSettings),
    /// The server's own: the clock of the two is due. Nothing where it is not.
    AskByClock,
    /// The author wants to keep a match room, or not any more. Once all want to, it is kept: two
    /// have a pair room by it, a group a room of its own.
    Keep(bool),
    /// The author is willing to show themselves up to there in a match room.
    Open(Openness),
    /// The server's own: the author's sanction is over, by its moment. Nothing where it is not.
    Lapse(RoomSanction),
    /// The server's own: the author is the host and stays away; the next one is the host, and the
    /// author a co-host. Nothing where they are not, or are alone.
    Succeed,
    /// The server's own: a temporary room is over, by its moment or its emptiness. Nothing where it
    /// is not. The author is its host.
    CloseOver,
}

/// How somebody who is no member comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// As one likes, through an open door.
    Plain,
    /// With a password that the room's hash was compared with, by the caller: this very hash, as
    /// [`super::Store::room_password`] gave it. Void where the room has another one by now.
    PasswordShown(String),
    /// By an invitation, which is used up by it.
    Invited(InviteId),
    /// The server lets them in, whatever the door: into a direct room.
    LetIn,
}

/// What keeps somebody from coming in or from speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoomSanction {
    /// They may not come in.
    Ban,
    /// They may not speak.
    Mute,
}

impl RoomSanction {
    /// Its name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ban => "ban",
            Self::Mute => "mute",
        }
    }

    /// The one of that name in the database.
    pub(super) fn named(name: &str) -> Self {
        if name == "ban" { Self::Ban } else { Self::Mute }
    }
}

/// An [`Act`] as it is decided and stored: until when instead of how long, a hash instead of a
/// password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAct {
    /// What is done. The caller has made sure that its texts and numbers are within the limits,
    /// but for what depends on the room.
    pub act: Act,
    /// When a ban or mute ends; the largest value for never.
    pub until: Millis,
    /// argon2id in PHC form, of the password in [`Act::Door`].
    pub password: Option<String>,
}

impl HostAct {
    /// The act as it is to be stored, with the hash of its password, if it has one.
    pub fn new(mut act: Act, password: Option<String>, now: Millis) -> Self {
        let secs = match &mut act {
            Act::Ban { secs, .. } | Act::Mute { secs, .. } => *secs,
            Act::Door { password, .. } => {
                *password = None;
                None
            }
            _ => None,
        };
        let until = secs.map_or(Millis::NEVER, |it| now.plus(i64::from(it) * 1_000));
        Self { act, until, password }
    }
}
