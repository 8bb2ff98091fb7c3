//! Turns the entries of a log into the lines that the page shows: days, groups, gathered moves.

use crate::{
    i18n::day_number,
    protocol::{
        ids::{Millis, Seq, UserId},
        message::{Entry, What},
    },
};
use std::sync::Arc;

/// Messages of one author that follow each other within this time stand under one name.
pub const GROUP_MS: i64 = 5 * 60 * 1000;

/// One line of the log view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A new day begins before the entry of that place and time.
    Day(Seq, Millis),
    /// What follows, from that place on, is new to the reader.
    New(Seq),
    /// A message; `headed` by name and time, or one more of the same author.
    Message {
        /// The message.
        entry: Arc<Entry>,
        /// It stands under its own name and time.
        headed: bool,
    },
    /// Those who came and went, one after the other.
    Moved(Moved),
    /// An announcement of an admin.
    Announced(Arc<Entry>),
    /// Something that a host did.
    Did(Arc<Entry>),
    /// A question that came up.
    Asked(Arc<Entry>),
}

/// People who came and went, with nothing said in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The first of the entries.
    pub first: Seq,
    /// The last of the entries.
    pub last: Seq,
    /// When the last of them was.
    pub at: Millis,
    /// The users, by their first move, with their last one: true for who came.
    pub people: Vec<(UserId, String, bool)>,
}

impl Line {
    /// The place of the first entry that it shows, or that it stands before.
    pub fn seq(&self) -> Seq {
        match self {
            Self::Day(seq, _) | Self::New(seq) => *seq,
            Self::Message { entry, .. }
            | Self::Announced(entry)
            | Self::Did(entry)
            | Self::Asked(entry) => entry.seq,
            Self::Moved(moved) => moved.first,
        }
    }

    /// What tells this line from all others, and from itself once it has to be drawn anew.
    pub fn key(&self) -> (u8, u64, u64) {
        match self {
            Self::Day(seq, _) => (0, seq.get(), 0),
            Self::New(_) => (1, 0, 0),
            Self::Message { entry, headed } => (2, entry.seq.get(), u64::from(*headed)),
            Self::Moved(moved) => (3, moved.first.get(), moved.last.get()),
            Self::Announced(entry) => (4, entry.seq.get(), 0),
            Self::Did(entry) => (5, entry.seq.get(), 0),
            Self::Asked(entry) => (6, entry.seq.get(), 0),
        }
    }
}

/// The lines for `entries`, which are in the order of the log. `new_after` is the last entry that
/// the reader knows; the line "New" goes behind it.
pub fn lines(entries: &[Arc<Entry>], new_after: Option<Seq>, zone_min: i32) -> Vec<Line> {
    let mut lines = Vec::with_capacity(entries.len() + 4);
    let mut before: Option<&Entry> = None;
    let mut new_to_come = new_after;
    for entry in entries {
        if entry.what == What::Unknown {
            continue;
        }
        if before.is_none_or(|it| day_number(it.at, zone_min) != day_number(entry.at, zone_min)) {
            lines.push(Line::Day(entry.seq, entry.at));
        }
        if new_to_come.is_some_and(|known| entry.seq > known) {
            // At the very top it would tell nothing.
            if before.is_some() {
                lines.push(Line::New(entry.seq));
            }
            new_to_come = None;
        }
        push(&mut lines, entry);
        before = Some(entry);
    }
    lines
}

fn push(lines: &mut Vec<Line>, entry: &Arc<Entry>) {
    match entry.what {
        What::Message { .. } => {
            let headed = !matches!(lines.last(), Some(Line::Message { entry: before, .. })
                if continues(before, entry.author, entry.at));
            lines.push(Line::Message { entry: Arc::clone(entry), headed });
        }
        What::Joined => push_move(lines, entry, true),
        What::Left => push_move(lines, entry, false),
        What::Announced { .. } => lines.push(Line::Announced(Arc::clone(entry))),
        What::Did(_) => lines.push(Line::Did(Arc::clone(entry))),
        What::Asked(_) => lines.push(Line::Asked(Arc::clone(entry))),
        What::Unknown => {}
    }
}

/// Whether a message of `author` at `at` goes under the same name as `before`.
pub fn continues(before: &Entry, author: UserId, at: Millis) -> bool {
    before.author == author && at.since(before.at) < GROUP_MS
}

fn push_move(lines: &mut Vec<Line>, entry: &Entry, joined: bool) {
    let person = (entry.author, entry.name.clone(), joined);
    if let Some(Line::Moved(moved)) = lines.last_mut() {
        moved.last = entry.seq;
        moved.at = entry.at;
        match moved.people.iter_mut().find(|it| it.0 == entry.author) {
            Some(known) => *known = person,
            None => moved.people.push(person),
        }
    } else {
        let (first, at) = (entry.seq, entry.at);
        lines.push(Line::Moved(Moved { first, last: first, at, people: vec![person] }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const DAY_MS: i64 = 86_400_000;

    /// Writes the lines of a script as words: "ann joined" at 0, "ann: hi" at a minute, and so on.
    fn check(script: &str, new_after: Option<u64>, expected: &str) {
        let entries: Vec<Arc<Entry>> = script.split(" | ").enumerate().map(entry).collect();
        let new_after = new_after.map(|it| Seq::ZERO.plus(it));
        let told: Vec<String> = lines(&entries, new_after, 0).iter().map(tell).collect();
        assert_eq!(told.join(" | "), expected);
    }

    fn entry((at, words): (usize, &str)) -> Arc<Entry> {
        let (minute, words) = words.split_once(' ').unwrap();
        let (name, what) = match words.split_once(": ") {
            Some((name, text)) => (name, What::Message { text: text.to_owned() }),
            None => match words.split_once(' ').unwrap() {
                (name, "joined") => (name, What::Joined),
                (name, "left") => (name, What::Left),
                (name, "announced") => (name, What::Announced { text: String::new() }),
                (name, _) => (name, What::Unknown),
            },
        };
        Arc::new(Entry {
            seq: Seq::ZERO.plus(at as u64 + 1),
            at: Millis(minute.parse::<i64>().unwrap() * 60_000),
            author: UserId(Uuid::from_u128(name.len() as u128)),
            name: name.to_owned(),
            cid: None,
            what,
        })
    }

    fn tell(line: &Line) -> String {
        match line {
            Line::Day(_, at) => format!("day {}", at.0 / DAY_MS),
            Line::New(_) => "new".to_owned(),
            Line::Message { entry, headed } => {
                format!("{}{}", if *headed { &entry.name } else { "+" }, entry.seq)
            }
            Line::Moved(moved) => moved
                .people
                .iter()
                .flat_map(|(_, name, joined)| [name.as_str(), if *joined { ">" } else { "<" }])
                .collect(),
            Line::Announced(entry) => format!("!{}", entry.seq),
            Line::Did(entry) => format!("={}", entry.seq),
            Line::Asked(entry) => format!("?{}", entry.seq),
        }
    }

    #[test]
    fn messages_of_one_author_are_grouped_for_five_minutes() {
        check(
            "0 an: a | 1 an: b | 2 bob: c | 3 an: d | 8 an: e",
            None,
            "day 0 | an1 | +2 | bob3 | an4 | an5",
        );
    }

    #[test]
    fn moves_are_gathered_and_the_last_one_counts() {
        check("0 an joined | 1 bob joined | 2 an left | 3 bob: hi", None, "day 0 | an<bob> | bob4");
        check("0 an joined | 1 an: a | 2 an left", None, "day 0 | an> | an2 | an<");
    }

    #[test]
    fn days_and_the_new_line_part_what_they_stand_between() {
        check("1439 an: a | 1440 an: b", None, "day 0 | an1 | day 1 | an2");
        check("0 an: a | 1 an: b", Some(1), "day 0 | an1 | new | an2");
        check("0 an joined | 1 bob joined", Some(1), "day 0 | an> | new | bob>");
        check("0 an: a | 1 an: b", Some(2), "day 0 | an1 | +2");
        check("0 an: a", Some(0), "day 0 | an1");
        check("0 an unknown | 1 an announced", None, "day 0 | !2");
    }
}
