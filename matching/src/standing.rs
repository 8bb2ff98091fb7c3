//! How somebody behaves towards those they are put together with: a score that can be explained
//! by its parts, and how long they wait before they may ask again.

const MIN: i64 = 60 * 1000;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;
/// Nothing counts for longer.
pub const REMEMBERED_MS: i64 = 30 * DAY;

/// Something that somebody did, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub kind: Kind,
    /// When.
    pub at: i64,
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Was reported, and the reviewers agreed.
    Upheld,
    /// Was reported; nobody has judged it yet. Several by one person are one, and one alone counts
    /// for nothing: nobody is to be punished, nor to guess who it was, by a single word.
    Reported,
    /// Did not answer a proposal.
    NoAnswer,
    /// Refused a proposal, or left soon after the beginning.
    Skipped,
    /// Was matched, and it ended well: both kept the room, or both talked.
    Good,
}

impl Kind {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] =
        [Self::Upheld, Self::Reported, Self::NoAnswer, Self::Skipped, Self::Good];

    /// What one weighs when it is new, for how long it counts, how many are free, and what all of
    /// a kind weigh at most.
    const fn rule(self) -> Rule {
        match self {
            Self::Upheld => Rule { points: -40, lasts: 30 * DAY, free: 0, most: 100 },
            Self::Reported => Rule { points: -8, lasts: 7 * DAY, free: 1, most: 24 },
            Self::NoAnswer => Rule { points: -5, lasts: DAY, free: 1, most: 30 },
            Self::Skipped => Rule { points: -2, lasts: 2 * HOUR, free: 5, most: 20 },
            Self::Good => Rule { points: 3, lasts: 14 * DAY, free: 0, most: 15 },
        }
    }
}

struct Rule {
    points: i64,
    lasts: i64,
    free: usize,
    most: i64,
}

/// A score from 0 to 100, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// 100 is somebody of whom nothing bad is known.
    pub total: i64,
    /// What each kind of deed adds or takes away, the worst kind first; kinds without any are left
    /// out.
    pub parts: Vec<Part>,
}

/// What one kind of deed does to a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which kind.
    pub kind: Kind,
    /// How many count at present.
    pub deeds: usize,
    /// What they add.
    pub points: i64,
    /// When the last of them is forgotten.
    pub until: i64,
}

/// The score of somebody who did this. Every deed weighs less from day to day until it is
/// forgotten; good ones make up for bad ones, and for nothing else.
pub fn score(deeds: &[Deed], now: i64) -> Score {
    let parts: Vec<_> = Kind::ALL.into_iter().filter_map(|kind| part(kind, deeds, now)).collect();
    let total = 100 + parts.iter().map(|it| it.points).sum::<i64>();
    Score { total: total.clamp(0, 100), parts }
}

fn part(kind: Kind, deeds: &[Deed], now: i64) -> Option<Part> {
    let rule = kind.rule();
    let mut ages = ages(kind, deeds, now, rule.lasts);
    let (counted, latest) = (ages.len(), ages.first().copied());
    // The oldest ones are free: they weigh the least.
    ages.truncate(counted.saturating_sub(rule.free));
    let sum: i64 = ages.iter().map(|age| rule.points * (rule.lasts - age) / rule.lasts).sum();
    let points = sum.clamp(-rule.most, rule.most);
    let until = now - latest? + rule.lasts;
    Some(Part { kind, deeds: counted, points, until })
}

/// How long ago deeds of a kind were, the latest first.
fn ages(kind: Kind, deeds: &[Deed], now: i64, within: i64) -> Vec<i64> {
    let mut ages: Vec<_> = deeds
        .iter()
        .filter(|it| it.kind == kind)
        .map(|it| now.saturating_sub(it.at).max(0))
        .filter(|age| *age < within)
        .collect();
    ages.sort_unstable();
    ages
}

/// Until when somebody may not ask for a match; nothing where they may. The first proposal left
/// unanswered is free, each further one within an hour doubles the pause; whoever refuses many in
/// a short time pauses a little; a report that was upheld pauses for a day, each further one for
/// twice as long.
pub fn cooldown(deeds: &[Deed], now: i64) -> Option<i64> {
    let pause = |kind, within, free: usize, first: i64, most: i64| {
        let ages = ages(kind, deeds, now, within);
        let over = ages.len().checked_sub(free + 1)?;
        let doubled = first.saturating_mul(1 << over.min(20)).min(most);
        Some(now - ages.first()? + doubled)
    };
    [
        pause(Kind::NoAnswer, HOUR, 1, MIN, 30 * MIN),
        pause(Kind::Skipped, 10 * MIN, 5, MIN / 2, 5 * MIN),
        pause(Kind::Upheld, 30 * DAY, 0, DAY, 30 * DAY),
    ]
    .into_iter()
    .flatten()
    .filter(|until| *until > now)
    .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 100 * DAY;

    fn deeds(kind: Kind, ages: &[i64]) -> Vec<Deed> {
        ages.iter().map(|age| Deed { kind, at: NOW - age }).collect()
    }

    #[test]
    fn a_score_is_the_sum_of_its_parts_and_forgets() {
        assert_eq!(score(&[], NOW), Score { total: 100, parts: vec![] });
        let mut all = deeds(Kind::Upheld, &[0, 15 * DAY, 30 * DAY]);
        all.extend(deeds(Kind::Good, &[0]));
        let expected = [
            Part { kind: Kind::Upheld, deeds: 2, points: -60, until: NOW + 30 * DAY },
            Part { kind: Kind::Good, deeds: 1, points: 3, until: NOW + 14 * DAY },
        ];
        assert_eq!(score(&all, NOW), Score { total: 43, parts: expected.to_vec() });
        assert_eq!(score(&all, NOW + 30 * DAY).total, 100);
        assert_eq!(score(&deeds(Kind::Upheld, &[0; 9]), NOW).total, 0);
    }

    #[test]
    fn a_few_refusals_and_one_missed_proposal_cost_nothing() {
        assert_eq!(score(&deeds(Kind::Skipped, &[0; 5]), NOW).total, 100);
        assert_eq!(score(&deeds(Kind::Skipped, &[0; 6]), NOW).total, 98);
        assert_eq!(score(&deeds(Kind::NoAnswer, &[0]), NOW).total, 100);
        assert_eq!(score(&deeds(Kind::NoAnswer, &[0, 0]), NOW).total, 95);
        assert_eq!(score(&deeds(Kind::Reported, &[0]), NOW).total, 100);
        assert_eq!(score(&deeds(Kind::Reported, &[0; 99]), NOW).total, 76);
    }

    #[test]
    fn pauses_grow_and_end() {
        let table: [(Kind, &[i64], Option<i64>); 9] = [
            (Kind::NoAnswer, &[0], None),
            (Kind::NoAnswer, &[0, MIN], Some(MIN)),
            (Kind::NoAnswer, &[MIN / 2, MIN, MIN], Some(2 * MIN - MIN / 2)),
            (Kind::NoAnswer, &[0; 40], Some(30 * MIN)),
            (Kind::NoAnswer, &[0, HOUR], None),
            (Kind::Skipped, &[0; 5], None),
            (Kind::Skipped, &[0; 6], Some(MIN / 2)),
            (Kind::Upheld, &[HOUR], Some(23 * HOUR)),
            (Kind::Good, &[0; 40], None),
        ];
        for (kind, ages, left) in table {
            assert_eq!(cooldown(&deeds(kind, ages), NOW), left.map(|it| NOW + it), "{kind:?}");
        }
        assert_eq!(cooldown(&deeds(Kind::NoAnswer, &[MIN, MIN]), NOW), None);
    }
}
