//! Plain ids, and small sets of words that the caller has numbered.

/// A ticket: one wish of one person to be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub u128);

/// Whoever holds a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u128);

/// A language, an interest, a mood, a pack: whatever the caller gave this number to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub u32);

/// A small set of words, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<Word>);

impl Words {
    /// Whether the word is one of them.
    pub fn contains(&self, word: Word) -> bool {
        self.0.binary_search(&word).is_ok()
    }

    /// Whether both have some word.
    pub fn shares(&self, other: &Self) -> bool {
        self.0.iter().any(|it| other.contains(*it))
    }

    /// What both have.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        self.iter().filter(|it| other.contains(*it)).collect()
    }

    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = Word> + '_ {
        self.0.iter().copied()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Word> for Words {
    fn from_iter<I: IntoIterator<Item = Word>>(words: I) -> Self {
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }
}
