//! What nodes tell each other, and how it is written.
//!
//! A word is one line of JSON; entries have the clients' own frame behind it, so that nobody
//! encodes them twice. What cannot be read comes from another version and is passed over.

use super::{NodeId, Registration};
use app::protocol::{
    ids::{LoginId, Millis, RoomId, Seq, UserId},
    people::Presence,
};
use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};

/// What one node tells others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Word {
    /// To all who follow the room: entries were committed.
    Appended(Appended),
    /// To all who follow the room: somebody types.
    Typed(Typed),
    /// To all: these logins were ended.
    LoginsEnded(Vec<LoginId>),
    /// To all: these logins gave way to a new one of the same user.
    LoginsReplaced(Vec<LoginId>),
    /// To all: look a user's name and role up again.
    UserChanged(UserId),
    /// To all: there may be other channels.
    RoomsChanged,
    /// To all: something was planned for that moment.
    Planned(Millis),
    /// To all: somebody looks for someone, or answered a proposal.
    Sought,
    /// To all: a packet for all sessions of that user.
    Told(UserId, String),
    /// To all: look that room up again. It is new, or something about it changed that its log does
    /// not tell.
    RoomChanged(RoomId),
    /// To all who follow the room: somebody has seen its log up to there.
    Seen(RoomId, UserId, Seq),
    /// To all: the presence of some users on this node, by the number of the change.
    Presence(u64, Vec<(UserId, Presence)>),
    /// To all: the node lives, and this is how it stands.
    Beat(Registration),
    /// To all: the node ends.
    Gone,
    /// To that node: take no sockets, or take them again.
    Drain(NodeId, bool),
    /// To that node: beat now.
    Wake(NodeId),
    /// To oneself: whether words arrive.
    Echo(u64),
}

/// The data of [`Word::Appended`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// The room.
    pub room: RoomId,
    /// The first entry.
    pub first: Seq,
    /// The last entry.
    pub last: Seq,
    /// Something else changed by them than the log: who is in the room, or how it is set.
    pub moved: bool,
    /// The packet that tells clients.
    #[serde(skip)]
    pub frame: Utf8Bytes,
}

/// The data of [`Word::Typed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The room.
    pub room: RoomId,
    /// Who types.
    pub user: UserId,
    /// What they are called.
    pub name: String,
}

#[derive(Serialize)]
struct Sent<'a> {
    from: NodeId,
    #[serde(flatten)]
    word: &'a Word,
}

#[derive(Deserialize)]
struct Came {
    from: NodeId,
    #[serde(flatten)]
    word: Word,
}

impl Word {
    /// How many bytes it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        const SMALL: usize = 256;
        match self {
            Self::Appended(it) => SMALL + it.frame.len(),
            Self::LoginsEnded(logins) | Self::LoginsReplaced(logins) => SMALL + 40 * logins.len(),
            Self::Told(_, frame) => SMALL + frame.len(),
            Self::Presence(_, users) => SMALL + 60 * users.len(),
            _ => SMALL,
        }
    }

    /// As it is sent.
    pub(super) fn encode(&self, from: NodeId) -> Vec<u8> {
        let sent = Sent { from, word: self };
        let mut bytes = serde_json::to_vec(&sent).expect("words have string keys");
        if let Self::Appended(Appended { frame, .. }) = self {
            bytes.reserve(frame.len() + 1);
            bytes.push(b'\n');
            bytes.extend_from_slice(frame.as_bytes());
        }
        bytes
    }

    /// As it was sent, and by whom.
    pub(super) fn decode(bytes: &[u8]) -> Option<(NodeId, Self)> {
        let end = bytes.iter().position(|it| *it == b'\n').unwrap_or(bytes.len());
        let (head, body) = bytes.split_at(end);
        let Came { from, mut word } = serde_json::from_slice(head).ok()?;
        if let Self::Appended(it) = &mut word {
            it.frame = std::str::from_utf8(body.get(1..)?).ok()?.to_owned().into();
        }
        Some((from, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn check(word: &Word) {
        let from = NodeId::random();
        assert_eq!(Word::decode(&word.encode(from)), Some((from, word.clone())));
    }

    #[test]
    fn a_word_is_read_as_it_was_written() {
        let (room, user) = (RoomId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let frame = "{\"text\":\"안녕\\n\"}\nmore".into();
        let (first, last) = (Seq::ZERO.plus(3), Seq::ZERO.plus(4));
        check(&Word::Appended(Appended { room, first, last, moved: true, frame }));
        check(&Word::Typed(Typed { room, user, name: "하늘".into() }));
        check(&Word::LoginsEnded(vec![LoginId(Uuid::nil())]));
        check(&Word::LoginsReplaced(vec![LoginId(Uuid::nil())]));
        check(&Word::UserChanged(user));
        check(&Word::RoomsChanged);
        check(&Word::Planned(Millis(7)));
        check(&Word::Sought);
        check(&Word::Seen(room, user, Seq::ZERO.plus(7)));
        check(&Word::Told(user, "{\"type\":\"x\"}".into()));
        check(&Word::RoomChanged(room));
        check(&Word::Presence(7, vec![(user, Presence::Away)]));
        check(&Word::Gone);
        check(&Word::Drain(NodeId::random(), true));
        check(&Word::Wake(NodeId::random()));
        check(&Word::Echo(u64::MAX));
    }

    proptest! {
        #[test]
        fn anything_else_is_passed_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Word::decode(&bytes), None);
        }
    }

    #[test]
    fn words_of_another_version_are_passed_over() {
        let from = Uuid::nil();
        for text in [
            format!(r#"{{"from":"{from}","type":"danced","data":{{}}}}"#),
            format!(r#"{{"from":"{from}","type":"appended","data":{{"room":1}}}}"#),
            format!(
                r#"{{"from":"{from}","type":"appended","data":{{"room":"{from}","first":1,"last":1,"moved":false}}}}"#
            ),
        ] {
            assert_eq!(Word::decode(text.as_bytes()), None, "{text}");
        }
    }
}
