//! Frames of entries, decoded once for all who get the same bytes.

use app::{
    client::gap::Numbered,
    protocol::{
        ids::{Cid, RoomId, Seq, UserId},
        message::Entry,
        packets::{Appended, ServerPacket},
    },
};
use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hasher},
    rc::Rc,
    sync::Arc,
};

/// The entries of one frame.
pub(crate) struct Run {
    pub(crate) room: RoomId,
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    pub(crate) entries: Vec<Arc<Entry>>,
    /// When those of them that belong to this run were meant to be sent, in microseconds.
    pub(crate) intended: Vec<u64>,
    /// What each author finds of its own here.
    pub(crate) by_author: HashMap<UserId, Vec<Cid>>,
}

/// The bytes of a frame, and what they are.
type Kept = (Box<[u8]>, Rc<Run>);

/// The frames that came lately.
#[derive(Default)]
pub(crate) struct Memo {
    runs: HashMap<u64, Vec<Kept>>,
    order: VecDeque<u64>,
    bytes: usize,
}

/// How much the memo keeps.
const BYTES_MAX: usize = 64 << 20;

/// What a frame is, as far as it can be told without decoding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Appended,
    /// Counts, people, typing: not what is measured here.
    PassOver,
    Other,
}

/// The kind by the first bytes, which serde writes in this way.
pub(crate) fn kind(frame: &[u8]) -> Kind {
    let starts = |text: &str| frame.starts_with(text.as_bytes());
    if starts(r#"{"type":"appended""#) {
        Kind::Appended
    } else if [r#"{"type":"people"#, r#"{"type":"rooms"#, r#"{"type":"typed"#]
        .into_iter()
        .any(starts)
    {
        Kind::PassOver
    } else {
        Kind::Other
    }
}

impl Memo {
    /// The run of a frame, if the very same bytes came before.
    pub(crate) fn find(&self, frame: &[u8]) -> Option<Rc<Run>> {
        let same = self.runs.get(&sample(frame))?;
        same.iter().find(|(bytes, _)| **bytes == *frame).map(|(_, run)| Rc::clone(run))
    }

    pub(crate) fn keep(&mut self, frame: &[u8], run: &Rc<Run>) {
        let key = sample(frame);
        self.runs.entry(key).or_default().push((frame.into(), Rc::clone(run)));
        self.order.push_back(key);
        self.bytes += frame.len();
        while self.bytes > BYTES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            for (bytes, _) in self.runs.remove(&oldest).into_iter().flatten() {
                self.bytes -= bytes.len();
            }
        }
    }
}

/// A quick key: the length, the head, where room and first `seq` stand, and the tail. All bytes
/// are compared afterwards.
fn sample(frame: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_usize(frame.len());
    hasher.write(&frame[..frame.len().min(192)]);
    hasher.write(&frame[frame.len().saturating_sub(64)..]);
    hasher.finish()
}

/// Decodes a frame of entries; `intended` tells when a message of this run was meant to be sent.
pub(crate) fn run(
    frame: &[u8],
    mut intended: impl FnMut(&Cid) -> Option<u64>,
) -> Result<Run, String> {
    let packet = serde_json::from_slice(frame).map_err(|error| error.to_string())?;
    let ServerPacket::Appended(Appended { room, entries }) = packet else {
        return Err("not a frame of entries".into());
    };
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Err("a frame without entries".into());
    };
    let (first, last) = (first.seq, last.seq);
    if !entries.windows(2).all(|two| two[1].seq == two[0].seq.next()) {
        return Err(format!("a hole within a frame, between {first} and {last}"));
    }
    let mut by_author: HashMap<UserId, Vec<Cid>> = HashMap::new();
    let mut times = Vec::new();
    for entry in &entries {
        if let Some(cid) = entry.cid {
            times.extend(intended(&cid));
            by_author.entry(entry.author).or_default().push(cid);
        }
    }
    let entries = entries.into_iter().map(Arc::new).collect();
    Ok(Run { room, first, last, entries, intended: times, by_author })
}

impl Run {
    /// The cids of its entries with their places.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Seq, Option<Cid>)> {
        self.entries.iter().map(|it| (it.seq(), it.cid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(places: &[u64]) -> String {
        let id = uuid::Uuid::nil();
        let entries: Vec<String> = places
            .iter()
            .map(|n| {
                format!(r#"{{"seq":{n},"at":0,"author":"{id}","name":"a","cid":"{id}","kind":"message","text":"x"}}"#)
            })
            .collect();
        format!(
            r#"{{"type":"appended","data":{{"room":"{id}","entries":[{}]}}}}"#,
            entries.join(",")
        )
    }

    #[test]
    fn the_same_bytes_are_decoded_once_and_others_are_not_taken_for_them() {
        let (one, two) = (frame(&[7, 8]), frame(&[8, 9]));
        assert_eq!(kind(one.as_bytes()), Kind::Appended);
        let mut memo = Memo::default();
        let decoded = Rc::new(run(one.as_bytes(), |_| Some(5)).unwrap());
        memo.keep(one.as_bytes(), &decoded);
        assert!(Rc::ptr_eq(&memo.find(one.as_bytes()).unwrap(), &decoded));
        assert!(memo.find(two.as_bytes()).is_none());
        assert_eq!(
            (decoded.first.get(), decoded.last.get(), &*decoded.intended),
            (7, 8, &[5, 5][..])
        );
    }

    #[test]
    fn a_frame_with_a_hole_is_a_fault() {
        assert!(run(frame(&[7, 9]).as_bytes(), |_| None).is_err());
        assert!(run(frame(&[]).as_bytes(), |_| None).is_err());
    }
}
