//! How long others waited, for those who wait now. Pure: `now` is an argument.

use super::words::Words;
use crate::store::{Band, WaitRow};
use ::matching::waits::{Asking, History, Past};
use app::protocol::{
    ids::Millis,
    matching::{Saving, Wish, Wishes},
};

/// So long it counts as what is usual now.
const FRESH_MS: i64 = 60 * 1_000;

/// Waits that are over.
#[derive(Debug, Default)]
pub(super) struct Waits {
    read: Option<Millis>,
    words: Words,
    past: History,
}

impl Waits {
    /// Whether whoever asks is to read them: what was read is old by now. Others go on with it
    /// meanwhile.
    pub(super) fn wants(&mut self, now: Millis) -> bool {
        let is_old = self.read.is_none_or(|it| !(0..FRESH_MS).contains(&now.since(it)));
        if is_old {
            self.read = Some(now);
        }
        is_old
    }

    /// Takes over what was read, the last ones first.
    pub(super) fn take(&mut self, rows: &[WaitRow]) {
        self.words = Words::default();
        let past = rows.iter().rev().map(|it| Past {
            asking: asking(&mut self.words, &it.wishes, it.band),
            waited_ms: it.waited_ms,
            was_matched: it.matched,
        });
        self.past = past.collect();
    }

    /// How long those usually waited who wished the same, in seconds, and what dropping a wish
    /// would save; nothing where too few did.
    pub(super) fn usual(&mut self, wishes: &Wishes, band: Band) -> (Option<u32>, Vec<Saving>) {
        let Some(usual) = self.usual_ms(wishes, band) else { return (None, Vec::new()) };
        let mut savings = Vec::new();
        for wish in Wish::ALL.into_iter().filter(|it| wishes.has(*it)) {
            let without = self.usual_ms(&wishes.clone().without(wish), band);
            let secs = without.map_or(0, |it| secs(usual - it));
            if secs > 0 {
                savings.push(Saving { wish, secs });
            }
        }
        (Some(secs(usual)), savings)
    }

    fn usual_ms(&mut self, wishes: &Wishes, band: Band) -> Option<i64> {
        let asking = asking(&mut self.words, wishes, band);
        self.past.usual(&asking).map(|it| it.ms)
    }
}

fn asking(words: &mut Words, wishes: &Wishes, band: Band) -> Asking {
    Asking::of(&words.ticket(wishes, band, false, Millis(0)))
}

fn secs(ms: i64) -> u32 {
    u32::try_from(ms / 1_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::matching::Mood;

    fn wishes(mood: Option<Mood>) -> Wishes {
        Wishes { languages: vec!["ko".into()], mood, ..Wishes::default() }
    }

    fn waited(secs: i64, mood: Option<Mood>) -> WaitRow {
        let (waited_ms, at) = (secs * 1_000, Millis(0));
        WaitRow { at, waited_ms, matched: true, band: Band::Adult, wishes: wishes(mood) }
    }

    #[test]
    fn what_is_usual_comes_from_those_who_wished_the_same() {
        let mut rows: Vec<_> = (0..20).map(|_| waited(40, Some(Mood::Deep))).collect();
        rows.extend((0..20).map(|_| waited(10, None)));
        let mut waits = Waits::default();
        assert_eq!(waits.usual(&wishes(None), Band::Adult), (None, vec![]), "nothing is invented");
        waits.take(&rows);
        let saved = vec![Saving { wish: Wish::Mood, secs: 30 }];
        assert_eq!(waits.usual(&wishes(Some(Mood::Deep)), Band::Adult), (Some(40), saved));
        assert_eq!(waits.usual(&wishes(None), Band::Adult), (Some(10), vec![]));
        assert_eq!(waits.usual(&wishes(None), Band::Teen), (None, vec![]));
    }

    #[test]
    fn waits_are_read_once_a_minute() {
        let mut waits = Waits::default();
        assert!(waits.wants(Millis(0)), "by the first who asks");
        assert!(!waits.wants(Millis(0)) && !waits.wants(Millis(FRESH_MS - 1)));
        assert!(waits.wants(Millis(FRESH_MS)) && !waits.wants(Millis(FRESH_MS)));
    }
}
