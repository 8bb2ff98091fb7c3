use super::*;
use proptest::prelude::*;

fn user(n: u8) -> UserId {
    UserId(Uuid::from_u128(n.into()))
}

fn roster() -> Roster {
    Roster::new(NodeId::random(), "test")
}

/// Reads all of a node, as its keys in Redis have it.
fn read_all(from: &Roster, to: &Roster, now: Instant) {
    let (stands, users) = from.beat();
    let change = stands.presence();
    if to.hear_beat(stands, now) {
        to.hear_users(from.id(), change, users.into_iter().collect());
    }
}

#[test]
fn a_user_is_as_present_as_the_most_present_tab() {
    let (user, roster) = (user(0), roster());
    assert_eq!(roster.of(user), Presence::Offline);
    assert!(roster.open(user, 2));
    assert_eq!(roster.of(user), Presence::Away);
    assert!(roster.open(user, 2));
    assert!(!roster.open(user, 2), "a third is one too many");
    roster.attend(user, true);
    assert_eq!(roster.of(user), Presence::Here);
    roster.close(user, true);
    assert_eq!(roster.of(user), Presence::Away);
    assert_eq!(roster.nodes()[0].sessions, 1);
    roster.close(user, false);
    assert_eq!((roster.of(user), roster.online()), (Presence::Offline, 0));
    assert_eq!(roster.nodes()[0].sessions, 0);
}

#[test]
fn who_has_no_socket_here_is_unknown_while_nobody_else_is_heard() {
    let (one, other, now) = (roster(), roster(), Instant::now());
    assert!(one.open(user(1), 9) && other.open(user(2), 9));
    other.news();
    read_all(&other, &one, now);
    assert_eq!(one.of(user(2)), Presence::Away);
    one.set_blind(true);
    assert_eq!(
        [1, 2, 3].map(|it| one.of(user(it))),
        [Presence::Away, Presence::Unknown, Presence::Unknown]
    );
    one.set_blind(false);
    assert_eq!([2, 3].map(|it| one.of(user(it))), [Presence::Away, Presence::Offline]);
}

#[test]
fn a_silent_node_is_gone_after_its_lease_with_its_users() {
    let (one, other, now) = (roster(), roster(), Instant::now());
    assert!(other.open(user(2), 9));
    other.news();
    read_all(&other, &one, now);
    assert_eq!((one.nodes().len(), one.online()), (2, 1));
    assert!(one.forget_silent(now + LEASE / 2).is_empty());
    // The same beat again is no sign of life; the next one is.
    let (again, _) = other.beat();
    one.hear_beat(again.clone(), now + LEASE / 2);
    one.hear_beat(again, now + LEASE);
    assert!(one.forget_silent(now + LEASE).is_empty());
    assert_eq!(one.forget_silent(now + LEASE / 2 + LEASE), [user(2)]);
    assert_eq!((one.nodes().len(), one.of(user(2))), (1, Presence::Offline));
}

#[test]
fn too_many_changes_are_read_and_not_told() {
    let (one, other, now) = (roster(), roster(), Instant::now());
    read_all(&other, &one, now);
    for n in 0..=CHANGES_TOLD_MAX {
        other.open(UserId(Uuid::from_u128(n as u128)), 9);
    }
    assert_eq!(other.news(), Some(News::TooMuch));
    read_all(&other, &one, now);
    assert_eq!(one.online(), CHANGES_TOLD_MAX + 1);
}

proptest! {
    /// Whatever words are lost, doubled or late: after the next beat both nodes agree.
    #[test]
    fn after_a_beat_another_node_knows_who_is_where(
        steps in prop::collection::vec((0_u8..6, 0_u8..4, 0_u8..5), 0..120),
    ) {
        let (one, other, now) = (roster(), roster(), Instant::now());
        let mut words = Vec::new();
        let mut open = HashMap::<UserId, usize>::new();
        for (who, what, fate) in steps {
            let user = user(who);
            match what {
                0 if other.open(user, 9) => *open.entry(user).or_default() += 1,
                1 if open.get(&user).is_some_and(|it| *it > 0) => {
                    other.close(user, false);
                    *open.entry(user).or_default() -= 1;
                }
                2 => other.attend(user, fate > 2),
                _ => {}
            }
            if let Some(News::Word(Word::Presence(change, users))) = other.news() {
                words.push((change, users));
            }
            match fate {
                // Lost.
                0 => drop(words.pop()),
                // Doubled or late.
                1 => {}
                2 => read_all(&other, &one, now),
                _ => for (change, users) in words.clone() {
                    one.hear_presence(other.id(), change, users, now);
                },
            }
        }
        read_all(&other, &one, now);
        for who in 0..6 {
            prop_assert_eq!(one.of(user(who)), other.of(user(who)));
        }
        prop_assert!(one.incomplete().is_empty());
    }
}

#[test]
fn what_one_says_by_hand_counts_while_a_tab_is_open_and_is_told_to_other_nodes() {
    let user = user(1);
    let roster = roster();
    roster.set_by_hand(user, ByHand::Busy);
    assert_eq!(roster.of(user), Presence::Offline);
    assert!(roster.open(user, 9));
    roster.set_by_hand(user, ByHand::Busy);
    roster.attend(user, true);
    assert_eq!(roster.of(user), Presence::Busy);
    assert_eq!(roster.news(), Some(News::Word(Word::Presence(1, vec![(user, Presence::Busy)]))));
    roster.set_by_hand(user, ByHand::Away);
    assert_eq!(roster.of(user), Presence::Away);
    roster.set_by_hand(user, ByHand::Auto);
    assert_eq!(roster.of(user), Presence::Here);
    roster.set_by_hand(user, ByHand::Busy);
    roster.close(user, true);
    assert_eq!(roster.of(user), Presence::Offline);
}
