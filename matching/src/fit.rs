//! Whether two tickets may meet, how well they fit, and why.

use crate::{
    ids::Words,
    pairs::Between,
    ticket::{Size, Ticket, Topic, Wish},
};

/// How well two fit, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fit(u16);

impl Fit {
    /// All that both wish.
    pub const WHOLE: Self = Self(1000);
    /// Nothing of it.
    pub const NONE: Self = Self(0);
    /// What somebody without any wish finds in anybody.
    pub const NEUTRAL: Self = Self(500);

    /// So many thousandths, at most all of them.
    pub fn per_mille(per_mille: u32) -> Self {
        Self(u16::try_from(per_mille.min(1000)).unwrap_or(Self::WHOLE.0))
    }

    /// In thousandths.
    pub const fn as_per_mille(self) -> u16 {
        self.0
    }

    /// What both directions are worth together: their geometric mean, so that what one finds
    /// cannot make up for the other's finding nothing.
    fn mutual(self, other: Self) -> Self {
        Self::per_mille((u32::from(self.0) * u32::from(other.0)).isqrt())
    }
}

/// Why two may not be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Barrier {
    /// It is one person.
    Same,
    /// They wish for a different number of people.
    Size,
    /// Blocked, met in the last day, or refused a short while ago.
    Apart,
    /// They are of different age bands.
    Band,
    /// They speak no language in common.
    Language,
    /// One is a guest, and the other does not meet guests.
    Guest,
    /// One came for a topic only.
    Topic,
    /// One keeps waiting for something that the other does not meet.
    Must(Wish),
}

/// Whether two may be put together: the limits, which never relax, and the wishes that are still
/// kept waiting for.
pub fn may_meet(a: &Ticket, b: &Ticket, between: Between, now: i64) -> Result<(), Barrier> {
    if a.person == b.person || a.id == b.id {
        return Err(Barrier::Same);
    }
    let suits = match (a.size, b.size) {
        (Size::Pair, Size::Pair) => true,
        (Size::Group(a), Size::Group(b)) => a.both(b).is_some(),
        (Size::Pair, Size::Group(_)) | (Size::Group(_), Size::Pair) => false,
    };
    let takes = |one: &Ticket, other: &Ticket| one.limits.allows_guests || !other.limits.is_guest;
    let on_topic = |one: Option<Topic>, other: Option<Topic>| {
        one.is_none_or(|it| !it.is_only || other.is_some_and(|other| other.word == it.word))
    };
    let (of_a, of_b) = (a.wishes.topic, b.wishes.topic);
    for (holds, barrier) in [
        (suits, Barrier::Size),
        (a.limits.band == b.limits.band, Barrier::Band),
        (a.limits.languages.shares(&b.limits.languages), Barrier::Language),
        (takes(a, b) && takes(b, a), Barrier::Guest),
        (on_topic(of_a, of_b) && on_topic(of_b, of_a), Barrier::Topic),
        (!between.is_apart(now), Barrier::Apart),
    ] {
        if !holds {
            return Err(barrier);
        }
    }
    unmet_must(a, b, now)
        .or_else(|| unmet_must(b, a, now))
        .map_or(Ok(()), |it| Err(Barrier::Must(it)))
}

fn unmet_must(a: &Ticket, b: &Ticket, now: i64) -> Option<Wish> {
    let kept = a.wishes.musts.iter().filter(|it| now < it.until);
    kept.map(|it| it.wish).find(|wish| !is_met(*wish, a, b))
}

/// How well two tickets fit, whether or not they may meet; the same in either order.
pub fn fit(a: &Ticket, b: &Ticket) -> Fit {
    let (for_a, for_b) = a.wishes.interests.shared(&b.wishes.interests);
    found(a, b, for_a).mutual(found(b, a, for_b))
}

/// What a wish other than an interest weighs, beside interests from 1 to 5.
const fn weight(wish: Wish) -> u32 {
    match wish {
        Wish::Interest(_) | Wish::AnyInterest | Wish::Pace => 1,
        Wish::Mood | Wish::Pack => 2,
        Wish::Practise | Wish::Topic => 4,
    }
}

/// How much of what one wishes is found in the other, of whose interests so much is shared.
fn found(a: &Ticket, b: &Ticket, shared: u32) -> Fit {
    let enough = a.wishes.interests.enough();
    let (mut asked, mut met) = (enough, shared.min(enough));
    for wish in single(a) {
        asked += weight(wish);
        met += if is_met(wish, a, b) { weight(wish) } else { 0 };
    }
    (met * 1000).checked_div(asked).map_or(Fit::NEUTRAL, Fit::per_mille)
}

fn single(ticket: &Ticket) -> impl Iterator<Item = Wish> + '_ {
    ticket.wishes.iter().skip(ticket.wishes.interests.len())
}

/// Whether the other meets a wish of somebody who has it.
fn is_met(wish: Wish, a: &Ticket, b: &Ticket) -> bool {
    let (mine, theirs) = (&a.wishes, &b.wishes);
    match wish {
        Wish::Interest(word) => theirs.interests.weight(word) > 0,
        Wish::AnyInterest => mine.interests.iter().any(|it| theirs.interests.weight(it.0) > 0),
        Wish::Mood => mine.mood == theirs.mood,
        Wish::Pace => mine.pace == theirs.pace,
        Wish::Practise => mine.practise.is_some_and(|it| b.limits.languages.contains(it)),
        Wish::Pack => mine.pack == theirs.pack,
        Wish::Topic => mine.topic.map(|it| it.word) == theirs.topic.map(|it| it.word),
    }
}

/// Why two fit, for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons {
    /// How well.
    pub fit: Fit,
    /// The interests of both.
    pub interests: Words,
    /// The languages of both.
    pub languages: Words,
    /// How many wishes of the first the second meets, of how many.
    pub first: Met,
    /// The same of the second.
    pub second: Met,
}

/// "Three of four in common."
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Met {
    /// So many wishes are met.
    pub met: usize,
    /// Of so many.
    pub asked: usize,
}

/// Why these two fit as well as they do.
pub fn reasons(a: &Ticket, b: &Ticket) -> Reasons {
    let words = |it: &Ticket| it.wishes.interests.iter().map(|it| it.0).collect::<Words>();
    Reasons {
        fit: fit(a, b),
        interests: words(a).common(&words(b)),
        languages: a.limits.languages.common(&b.limits.languages),
        first: met(a, b),
        second: met(b, a),
    }
}

fn met(a: &Ticket, b: &Ticket) -> Met {
    let met = a.wishes.iter().filter(|it| is_met(*it, a, b)).count();
    Met { met, asked: a.wishes.iter().count() }
}
