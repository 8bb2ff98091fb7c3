//! A ticket: who asks, what never relaxes, and what is wished.

use crate::ids::{Person, TicketId, Word, Words};

/// A person's wish to be matched, as a round sees it. Tickets of people who are away, or who have
/// a proposal before them, are not given to a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Which ticket.
    pub id: TicketId,
    /// Whose.
    pub person: Person,
    /// The waiting time counts from here; a proposal that came to nothing does not change it.
    pub since: i64,
    /// How long the wishes hold before they have relaxed altogether.
    pub patience: Patience,
    /// When this person last refused a proposal.
    pub skipped_at: Option<i64>,
    /// Somebody who was never matched before, and should not have to wait for it.
    pub is_newcomer: bool,
    /// How this person behaves, from 0 to 100: [`crate::standing::Score::total`].
    pub standing: u8,
    /// How many shall meet.
    pub size: Size,
    /// What never relaxes.
    pub limits: Limits,
    /// What relaxes while its owner waits.
    pub wishes: Wishes,
}

impl Ticket {
    /// How long this ticket has waited, in milliseconds.
    pub fn waited(&self, now: i64) -> i64 {
        now.saturating_sub(self.since).max(0)
    }
}

/// How many shall meet. Pairs and groups never mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// Two.
    Pair,
    /// A few.
    Group(GroupSize),
}

/// From how many to how many people a group may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupSize {
    least: u8,
    most: u8,
}

impl GroupSize {
    /// The smallest group there is.
    pub const LEAST: u8 = 3;
    /// The largest.
    pub const MOST: u8 = 8;

    /// A group of `least` to `most` people; nothing where no such group can be.
    pub const fn new(least: u8, most: u8) -> Option<Self> {
        if Self::LEAST <= least && least <= most && most <= Self::MOST {
            Some(Self { least, most })
        } else {
            None
        }
    }

    /// The fewest people.
    pub const fn least(self) -> u8 {
        self.least
    }

    /// The most people.
    pub const fn most(self) -> u8 {
        self.most
    }

    /// The sizes that suit both; nothing where none does.
    pub fn both(self, other: Self) -> Option<Self> {
        Self::new(self.least.max(other.least), self.most.min(other.most))
    }
}

/// How long wishes hold, in milliseconds: at first half of what is wished is wanted, after this
/// time nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patience(u32);

impl Patience {
    /// "Anybody, soon."
    pub const QUICK: Self = Self(5_000);
    /// Where nothing was said.
    pub const USUAL: Self = Self(15_000);
    /// "I would rather wait for somebody who fits."
    pub const CHOOSY: Self = Self(60_000);
    /// The longest that may be asked for.
    pub const LONGEST: Self = Self(30 * 60_000);

    /// So many milliseconds, within [`Self::QUICK`] and [`Self::LONGEST`].
    pub fn ms(ms: u32) -> Self {
        Self(ms.clamp(Self::QUICK.0, Self::LONGEST.0))
    }

    /// In milliseconds.
    pub const fn as_ms(self) -> u32 {
        self.0
    }
}

/// What never relaxes. Blocks, and who met in the last day, are in [`crate::pairs::Pairs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The languages this person speaks; two who meet share at least one.
    pub languages: Words,
    /// The age band, numbered by the caller; it is never crossed.
    pub band: u8,
    /// Whether this person is a guest.
    pub is_guest: bool,
    /// Whether this person meets guests.
    pub allows_guests: bool,
}

/// What is wished of the other; each wish is the wisher's only, and counts in both directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// What to talk about.
    pub interests: Interests,
    /// The mood, the same as mine.
    pub mood: Option<Word>,
    /// The pace, the same as mine.
    pub pace: Option<Word>,
    /// A language that I want to practise and the other speaks.
    pub practise: Option<Word>,
    /// The pack of questions to answer together.
    pub pack: Option<Word>,
    /// "Talk to one person about this."
    pub topic: Option<Topic>,
    /// Wishes that do not relax before a moment.
    pub musts: Vec<Must>,
}

/// One wish among [`Wishes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// One of the interests.
    Interest(Word),
    /// Any of the interests; for a [`Must`].
    AnyInterest,
    /// The mood.
    Mood,
    /// The pace.
    Pace,
    /// The language to practise.
    Practise,
    /// The pack of questions.
    Pack,
    /// The topic.
    Topic,
}

/// "Keep waiting for that": until the moment, nobody is proposed who does not meet the wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Must {
    /// What must be met.
    pub wish: Wish,
    /// Until when, in milliseconds.
    pub until: i64,
}

/// One thing, such as a channel or a message, that somebody wants to talk about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What it is.
    pub word: Word,
    /// Whether only those will do who came for the same topic. It is a limit then.
    pub is_only: bool,
}

impl Wishes {
    /// All that is wished, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Wish> + '_ {
        let single = [
            self.mood.map(|_| Wish::Mood),
            self.pace.map(|_| Wish::Pace),
            self.practise.map(|_| Wish::Practise),
            self.pack.map(|_| Wish::Pack),
            self.topic.map(|_| Wish::Topic),
        ];
        self.interests
            .iter()
            .map(|(word, _)| Wish::Interest(word))
            .chain(single.into_iter().flatten())
    }

    /// The same without one wish, and without any must for it: dropped by its owner.
    #[must_use]
    pub fn without(&self, wish: Wish) -> Self {
        let mut rest = self.clone();
        rest.musts.retain(|it| it.wish != wish);
        match wish {
            Wish::Interest(word) => rest.interests = self.interests.without(word),
            Wish::AnyInterest => rest.interests = Interests::default(),
            Wish::Mood => rest.mood = None,
            Wish::Pace => rest.pace = None,
            Wish::Practise => rest.practise = None,
            Wish::Pack => rest.pack = None,
            Wish::Topic => rest.topic = None,
        }
        rest
    }
}

/// Interests, each with its weight from 1 to [`Interests::WEIGHT_MAX`], in the order of their words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interests {
    list: Vec<(Word, u8)>,
    enough: u32,
}

impl Interests {
    /// The heaviest that an interest may be.
    pub const WEIGHT_MAX: u8 = 5;
    /// So many in common, of the heaviest, are as good as all: whoever names many interests asks
    /// for no more than whoever names a few.
    pub const ENOUGH: usize = 4;

    /// The interests with their weights, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Word, u8)> + '_ {
        self.list.iter().copied()
    }

    /// What the interest weighs; 0 where it is none.
    pub fn weight(&self, word: Word) -> u8 {
        self.list.binary_search_by_key(&word, |it| it.0).map_or(0, |at| self.list[at].1)
    }

    /// The weight in common that is as good as all: that of the heaviest [`Self::ENOUGH`].
    pub const fn enough(&self) -> u32 {
        self.enough
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the interests of both weigh, to either.
    pub fn shared(&self, other: &Self) -> (u32, u32) {
        let (mut mine, mut theirs) = (self.list.as_slice(), other.list.as_slice());
        let mut weights = (0, 0);
        while let ([one, more @ ..], [another, others @ ..]) = (mine, theirs) {
            if one.0 == another.0 {
                weights.0 += u32::from(one.1);
                weights.1 += u32::from(another.1);
            }
            if one.0 <= another.0 {
                mine = more;
            }
            if one.0 >= another.0 {
                theirs = others;
            }
        }
        weights
    }

    fn without(&self, word: Word) -> Self {
        self.iter().filter(|it| it.0 != word).collect()
    }
}

impl FromIterator<(Word, u8)> for Interests {
    fn from_iter<I: IntoIterator<Item = (Word, u8)>>(interests: I) -> Self {
        let mut list: Vec<_> = interests
            .into_iter()
            .map(|(word, weight)| (word, weight.clamp(1, Self::WEIGHT_MAX)))
            .collect();
        list.sort_unstable();
        list.dedup_by_key(|it| it.0);
        let mut weights: Vec<_> = list.iter().map(|it| u32::from(it.1)).collect();
        weights.sort_unstable_by(|a, b| b.cmp(a));
        Self { enough: weights.iter().take(Self::ENOUGH).sum(), list }
    }
}
