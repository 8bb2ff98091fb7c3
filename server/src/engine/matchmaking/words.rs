//! Wishes as a round takes them: each word has a number.

use crate::store::Band;
use ::matching::{
    ids::{Person, TicketId as Id, Word},
    ticket::{GroupSize, Limits, Must, Patience, Size, Ticket, Topic, Wish as Want, Wishes},
};
use app::protocol::{
    ids::{Millis, Seq},
    matching::{About, Wish, Wishes as Wished},
};
use std::collections::HashMap;

/// The numbers that words were given.
#[derive(Debug, Default)]
pub(super) struct Words(HashMap<String, Word>);

impl Words {
    fn word(&mut self, kind: &str, text: &str) -> Word {
        let next = Word(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        *self.0.entry(format!("{kind}:{text}")).or_insert(next)
    }

    /// Somebody who wishes that, who is nobody yet.
    pub(super) fn ticket(
        &mut self,
        asked: &Wished,
        band: Band,
        guest: bool,
        since: Millis,
    ) -> Ticket {
        let size = match u8::try_from(asked.people) {
            Ok(2) | Err(_) => Size::Pair,
            Ok(most) => GroupSize::new(GroupSize::LEAST, most).map_or(Size::Pair, Size::Group),
        };
        let musts = asked
            .keep
            .iter()
            .map(|it| Must { wish: want(it.wish), until: since.0 + i64::from(it.secs) * 1_000 });
        let topic = asked.about.map(|it| self.word("topic", &topic_name(it)));
        let wishes = Wishes {
            interests: asked.interests.iter().map(|it| (self.word("interest", it), 1)).collect(),
            mood: asked.mood.map(|it| self.word("mood", it.name())),
            pace: asked.pace.map(|it| self.word("pace", it.name())),
            practise: asked.practise.as_ref().map(|it| self.word("language", it)),
            pack: asked.pack.as_ref().map(|it| self.word("pack", it)),
            topic: topic.map(|word| Topic { word, is_only: true }),
            musts: musts.collect(),
        };
        Ticket {
            id: Id(0),
            person: Person(0),
            since: since.0,
            patience: Patience::USUAL,
            skipped_at: None,
            is_newcomer: false,
            standing: 100,
            size,
            limits: Limits {
                languages: asked.languages.iter().map(|it| self.word("language", it)).collect(),
                band: u8::from(band == Band::Adult),
                is_guest: guest,
                allows_guests: asked.guests,
            },
            wishes,
        }
    }
}

/// A wish as the round has it.
pub(super) const fn want(wish: Wish) -> Want {
    match wish {
        Wish::Interests => Want::AnyInterest,
        Wish::Mood => Want::Mood,
        Wish::Pace => Want::Pace,
        Wish::Practise => Want::Practise,
        Wish::Pack => Want::Pack,
    }
}

/// What those have in common who want to talk about the same.
fn topic_name(about: About) -> String {
    format!("{} {}", about.room, about.seq.map_or(0, Seq::get))
}
