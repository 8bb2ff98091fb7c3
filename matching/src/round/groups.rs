//! Groups of three to eight: grown from the heaviest pairs, then bettered by exchanging members
//! for those who are left. All pairs within a group are such as may be put together.

use super::{Candidate, Pool, Together};
use crate::{
    ticket::{GroupSize, Size},
    weight::worth,
};

/// A ticket from which no group grew so often is left for the next round.
const TRIES: u8 = 3;

/// The groups of a round.
pub(super) fn find(pool: &Pool, candidates: &[Candidate]) -> Vec<Together> {
    let n = pool.tickets.len();
    let mut search = Search { pool, near: vec![Vec::new(); n], taken: vec![false; n] };
    for it in candidates {
        search.near[it.a].push(it.b);
        search.near[it.b].push(it.a);
    }
    let mut order: Vec<_> = candidates.iter().collect();
    order.sort_by_key(|it| (-it.worth.weight, it.a, it.b));
    let mut tries = vec![0; n];
    let mut groups = Vec::new();
    for it in order {
        if search.taken[it.a] || search.taken[it.b] || tries[it.a].max(tries[it.b]) >= TRIES {
            continue;
        }
        if let Some(group) = search.grow(it.a, it.b) {
            groups.push(group);
        } else {
            tries[it.a] += 1;
            tries[it.b] += 1;
        }
    }
    for group in &mut groups {
        search.better(group);
    }
    groups.iter().map(|it| pool.together(it)).collect()
}

struct Search<'a> {
    pool: &'a Pool<'a>,
    near: Vec<Vec<usize>>,
    taken: Vec<bool>,
}

impl Search<'_> {
    /// The largest group that grows from two, always by the one who is worth the most to all;
    /// nothing where too few come together.
    fn grow(&mut self, a: usize, b: usize) -> Option<Vec<usize>> {
        let mut group = vec![a, b];
        while let Some((_, next)) = self.best_beside(&group) {
            group.push(next);
        }
        let size = self.size(&group)?;
        if group.len() < usize::from(size.least()) {
            return None;
        }
        for &place in &group {
            self.taken[place] = true;
        }
        Some(group)
    }

    /// Exchanges each member for somebody who is left and worth more to the others.
    fn better(&mut self, group: &mut Vec<usize>) {
        for at in 0..group.len() {
            let place = group[at];
            let mut others = group.clone();
            others.remove(at);
            let Some(held) = self.worth_to(&others, place) else { continue };
            let Some((gain, other)) = self.best_beside(&others) else { continue };
            let mut changed = others;
            changed.insert(at, other);
            let is_whole =
                self.size(&changed).is_some_and(|it| changed.len() >= usize::from(it.least()));
            if gain > held && is_whole {
                self.taken[place] = false;
                self.taken[other] = true;
                *group = changed;
            }
        }
    }

    /// Who is free and worth the most to all of a group, and how much.
    fn best_beside(&self, group: &[usize]) -> Option<(i32, usize)> {
        let mut near: Vec<_> = group.iter().flat_map(|it| &self.near[*it]).copied().collect();
        near.sort_unstable();
        near.dedup();
        near.into_iter()
            .filter(|it| !self.taken[*it] && !group.contains(it))
            .filter_map(|it| self.worth_to(group, it).map(|worth| (worth, it)))
            .max_by_key(|(worth, it)| (*worth, std::cmp::Reverse(*it)))
    }

    /// What somebody is worth to a group; nothing where one of them may not meet them, or the
    /// group would be too large for one.
    fn worth_to(&self, group: &[usize], place: usize) -> Option<i32> {
        let mut with = group.to_vec();
        with.push(place);
        if with.len() > usize::from(self.size(&with)?.most()) {
            return None;
        }
        let pool = self.pool;
        let to = |it: &usize| worth(pool.tickets[*it], pool.tickets[place], pool.pairs, pool.now);
        group.iter().map(|it| to(it).map(|it| it.weight)).sum()
    }

    /// The sizes that suit all.
    fn size(&self, group: &[usize]) -> Option<GroupSize> {
        let mut sizes = group.iter().map(|it| match self.pool.tickets[*it].size {
            Size::Group(size) => Some(size),
            Size::Pair => None,
        });
        let first = sizes.next()??;
        sizes.try_fold(first, |all, it| all.both(it?))
    }
}
