//! Rounds over invented crowds: nobody across a limit, nobody twice, nothing but by the seed.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use matching::{
    crowd::Crowd,
    fit::{Barrier, Fit, fit, may_meet, reasons},
    ids::{Person, Word, Words},
    pairs::{Between, MET_APART_MS, Pairs, REFUSED_APART_MS},
    round::{FEW, ROUND_MS, Together, next_round_at, round},
    ticket::{GroupSize, Must, Patience, Size, Ticket, Topic, Wish},
    weight::{wanted, worth},
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const NOW: i64 = 2_000_000_000;

/// Two who may meet and wish for nothing.
fn two() -> (Ticket, Ticket) {
    let crowd = Crowd::new(1);
    let mut plain = crowd.ticket(1, NOW);
    plain.wishes = matching::ticket::Wishes::default();
    plain.limits.is_guest = false;
    plain.limits.allows_guests = true;
    plain.limits.languages = words([1]);
    let other = Ticket { id: crowd.ticket(2, 0).id, person: Person(2), ..plain.clone() };
    (plain, other)
}

fn words<const N: usize>(words: [u32; N]) -> Words {
    words.into_iter().map(Word).collect()
}

fn barrier(a: &Ticket, b: &Ticket, between: Between) -> Option<Barrier> {
    let found = may_meet(a, b, between, NOW).err();
    // Musts name their wish, so that who is asked first may matter; all else is mutual.
    assert_eq!(found.is_some(), may_meet(b, a, between, NOW).is_err());
    found
}

#[test]
fn every_limit_holds_both_ways() {
    let (a, b) = two();
    let changed = |change: fn(&mut Ticket)| {
        let mut b = b.clone();
        change(&mut b);
        barrier(&a, &b, Between::default())
    };
    let few = GroupSize::new(3, 4).unwrap();
    assert_eq!(barrier(&a, &b, Between::default()), None);
    assert_eq!(barrier(&a, &a, Between::default()), Some(Barrier::Same));
    assert_eq!(changed(|it| it.person = Person(1)), Some(Barrier::Same));
    assert_eq!(changed(|it| it.limits.band ^= 1), Some(Barrier::Band));
    assert_eq!(changed(|it| it.limits.languages = words([2, 3])), Some(Barrier::Language));
    assert_eq!(changed(|it| it.limits.languages = words([])), Some(Barrier::Language));
    let only = Topic { word: Word(9), is_only: true };
    let mut topical = b.clone();
    topical.wishes.topic = Some(only);
    assert_eq!(barrier(&a, &topical, Between::default()), Some(Barrier::Topic));
    topical.wishes.topic = Some(Topic { is_only: false, ..only });
    assert_eq!(barrier(&a, &topical, Between::default()), None);
    let mut grouped = b.clone();
    grouped.size = Size::Group(few);
    assert_eq!(barrier(&a, &grouped, Between::default()), Some(Barrier::Size));
    let mut larger = a.clone();
    larger.size = Size::Group(GroupSize::new(5, 8).unwrap());
    assert_eq!(barrier(&grouped, &larger, Between::default()), Some(Barrier::Size));
    larger.size = Size::Group(GroupSize::new(4, 8).unwrap());
    assert_eq!(barrier(&grouped, &larger, Between::default()), None);
}

#[test]
fn guests_meet_those_who_meet_guests() {
    let (mut member, mut guest) = two();
    guest.limits.is_guest = true;
    for (member_allows, guest_allows, may) in
        [(true, true, true), (true, false, true), (false, true, false), (false, false, false)]
    {
        member.limits.allows_guests = member_allows;
        guest.limits.allows_guests = guest_allows;
        let expected = if may { None } else { Some(Barrier::Guest) };
        assert_eq!(barrier(&member, &guest, Between::default()), expected);
    }
}

#[test]
fn who_met_or_was_refused_is_kept_apart_for_a_time_and_the_blocked_for_ever() {
    let (a, b) = two();
    let mut pairs = Pairs::default();
    pairs.met(b.person, a.person, NOW - MET_APART_MS + 1);
    assert_eq!(barrier(&a, &b, pairs.between(a.person, b.person)), Some(Barrier::Apart));
    let mut pairs = Pairs::default();
    pairs.met(a.person, b.person, NOW - MET_APART_MS);
    pairs.met(a.person, b.person, 0);
    pairs.refused(b.person, a.person, NOW - REFUSED_APART_MS);
    assert_eq!(barrier(&a, &b, pairs.between(b.person, a.person)), None);
    pairs.refused(a.person, b.person, NOW - REFUSED_APART_MS + 1);
    assert_eq!(barrier(&a, &b, pairs.between(a.person, b.person)), Some(Barrier::Apart));
    let mut pairs = Pairs::default();
    pairs.block(a.person, b.person);
    assert_eq!(barrier(&b, &a, pairs.between(b.person, a.person)), Some(Barrier::Apart));
    assert!(pairs.between(b.person, a.person).is_apart(i64::MAX));
}

#[test]
fn a_must_is_kept_until_its_moment_or_until_it_is_dropped() {
    let (mut a, b) = two();
    a.wishes.mood = Some(Word(1));
    a.wishes.musts = vec![Must { wish: Wish::Mood, until: NOW + 1 }];
    assert_eq!(barrier(&a, &b, Between::default()), Some(Barrier::Must(Wish::Mood)));
    assert_eq!(may_meet(&a, &b, Between::default(), NOW + 1), Ok(()));
    a.wishes = a.wishes.without(Wish::Mood);
    assert_eq!(barrier(&a, &b, Between::default()), None);
    assert_eq!((a.wishes.mood, a.wishes.musts.len()), (None, 0));
}

#[test]
fn fit_is_mutual_and_says_why() {
    let (mut a, mut b) = two();
    assert_eq!(fit(&a, &b), Fit::NEUTRAL);
    let interests = |words: &[u32]| words.iter().map(|it| (Word(*it), 1)).collect();
    a.wishes.interests = interests(&[1, 2, 3, 4]);
    b.wishes.interests = interests(&[2, 3, 4, 5]);
    assert_eq!(fit(&a, &b).as_per_mille(), 750);
    let why = reasons(&a, &b);
    assert_eq!((why.interests, why.languages), (words([2, 3, 4]), words([1])));
    assert_eq!((why.first.met, why.first.asked), (3, 4));
    b.wishes.interests = interests(&[5, 6]);
    assert_eq!(fit(&a, &b), Fit::NONE);
    // What I practise is what the other speaks, and the other way round.
    (a.wishes.interests, b.wishes.interests) = (interests(&[]), interests(&[]));
    (a.limits.languages, b.limits.languages) = (words([1, 2]), words([1, 3]));
    (a.wishes.practise, b.wishes.practise) = (Some(Word(3)), Some(Word(2)));
    assert_eq!(fit(&a, &b), Fit::WHOLE);
    b.wishes.practise = Some(Word(4));
    assert_eq!(fit(&a, &b), Fit::NONE);
}

#[test]
fn many_interests_ask_for_no_more_than_four() {
    let (mut a, mut b) = two();
    a.wishes.interests = (0..20).map(|it| (Word(it), 1)).collect();
    b.wishes.interests = (16..20).map(|it| (Word(it), 1)).collect();
    assert_eq!(fit(&a, &b), Fit::WHOLE);
    assert_eq!(reasons(&a, &b).first.asked, 20);
}

#[test]
fn rounds_are_at_once_where_few_wait() {
    assert_eq!(next_round_at(1, None, NOW), None);
    assert_eq!(next_round_at(FEW, Some(NOW - 1), NOW), Some(NOW));
    assert_eq!(next_round_at(FEW + 1, Some(NOW - 1), NOW), Some(NOW - 1 + ROUND_MS));
    assert_eq!(next_round_at(FEW + 1, Some(0), NOW), Some(NOW));
    assert_eq!(next_round_at(100, None, NOW), Some(NOW));
}

/// A crowd that waits, with some who met, refused and blocked each other.
fn crowd(people: u32, groups: bool, seed: u64) -> (Vec<Ticket>, Pairs) {
    let crowd = Crowd::new(seed);
    let tickets = (0..people)
        .map(|it| {
            let since = NOW - i64::from(it.wrapping_mul(7919) % 90_000);
            if groups && it % 2 == 0 {
                crowd.group_ticket(it, since)
            } else {
                crowd.ticket(it, since)
            }
        })
        .collect();
    let mut pairs = Pairs::default();
    for it in 0..u128::from(people) {
        let other = |by: u128| Person((it * by + 1) % u128::from(people));
        pairs.block(Person(it), other(3));
        pairs.met(Person(it), other(5), NOW - i64::try_from(it % 4).unwrap() * MET_APART_MS / 2);
        pairs.refused(Person(it), other(7), NOW - 1000);
    }
    (tickets, pairs)
}

fn assert_round(tickets: &[Ticket], pairs: &Pairs, found: &[Together]) {
    let by_id: HashMap<_, _> = tickets.iter().map(|it| (it.id, it)).collect();
    let mut people = HashSet::new();
    for together in found {
        let members: Vec<_> = together.tickets.iter().map(|it| by_id[it]).collect();
        for (at, a) in members.iter().enumerate() {
            assert!(people.insert(a.person), "{:?} is matched twice", a.person);
            match a.size {
                Size::Pair => assert_eq!(members.len(), 2),
                Size::Group(size) => {
                    let size = usize::from(size.least())..=usize::from(size.most());
                    assert!(size.contains(&members.len()));
                }
            }
            for b in &members[at + 1..] {
                may_meet(a, b, pairs.between(a.person, b.person), NOW).unwrap();
                let longer = a.waited(NOW).max(b.waited(NOW));
                assert!(fit(a, b) >= wanted(longer, a.patience));
                assert!(fit(a, b) >= wanted(longer, b.patience));
            }
        }
    }
}

#[test]
fn a_round_of_many_keeps_every_limit_and_matches_most() {
    for seed in 0..3 {
        let (tickets, pairs) = crowd(3000, true, seed);
        let found = round(&tickets, &pairs, NOW, seed);
        assert_round(&tickets, &pairs, &found);
        let matched: usize = found.iter().map(|it| it.tickets.len()).sum();
        println!("{matched} of 3000");
        assert!(matched > 2000, "only {matched} of 3000");
    }
}

#[test]
fn a_round_depends_on_nothing_but_what_it_is_given() {
    for (people, seed) in [(0, 1), (2, 2), (50, 3), (299, 4), (700, 5)] {
        let (mut tickets, pairs) = crowd(people, true, seed);
        let found = round(&tickets, &pairs, NOW, seed);
        tickets.reverse();
        assert_eq!(round(&tickets, &pairs, NOW, seed), found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_round_keeps_every_limit(people in 0_u32..120, groups: bool, seed: u64) {
        let (tickets, pairs) = crowd(people, groups, seed);
        let found = round(&tickets, &pairs, NOW, seed);
        assert_round(&tickets, &pairs, &found);
        // Nobody is left beside somebody whom they could have been put together with.
        let taken: HashSet<_> = found.iter().flat_map(|it| &it.tickets).collect();
        let left: Vec<_> = tickets
            .iter()
            .filter(|it| it.size == Size::Pair && !taken.contains(&it.id))
            .collect();
        for (at, a) in left.iter().enumerate() {
            for b in &left[at + 1..] {
                prop_assert!(worth(a, b, &pairs, NOW).is_none());
            }
        }
    }

    #[test]
    fn fit_and_worth_are_the_same_in_either_order(a in 0_u32..500, b in 0_u32..500, seed in 0_u64..9) {
        let (tickets, pairs) = crowd(500, true, seed);
        let (a, b) = (&tickets[a as usize], &tickets[b as usize]);
        prop_assert_eq!(fit(a, b), fit(b, a));
        prop_assert_eq!(worth(a, b, &pairs, NOW), worth(b, a, &pairs, NOW));
    }

    #[test]
    fn who_waits_longer_never_wants_more(early in 0_i64..3_000_000, more in 0_i64..3_000_000, patience: u32, hurry: u32) {
        let (long, short) = (Patience::ms(patience.max(hurry)), Patience::ms(patience.min(hurry)));
        prop_assert!(wanted(early + more, long) <= wanted(early, long));
        prop_assert!(wanted(early, short) <= wanted(early, long));
        prop_assert_eq!(wanted(i64::from(long.as_ms()), long), Fit::NONE);
    }

    #[test]
    fn who_could_be_matched_can_still_be_after_waiting(a in 0_u32..300, b in 0_u32..300, wait in 0_i64..100_000) {
        let (tickets, pairs) = crowd(300, false, 1);
        let (a, b) = (&tickets[a as usize], &tickets[b as usize]);
        if let Some(before) = worth(a, b, &pairs, NOW) {
            let after = worth(a, b, &pairs, NOW + wait).unwrap();
            prop_assert_eq!(after.fit, before.fit);
            prop_assert!(after.weight >= before.weight);
        }
    }
}
