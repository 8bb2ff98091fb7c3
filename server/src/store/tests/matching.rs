//! Tickets and proposals, from several nodes at a time.

use super::*;
use ::matching::desk::Terms;
use app::protocol::{
    ids::ProposalId,
    matching::{Ended, Wishes},
};

/// Some users, each with a login.
pub(super) async fn people<const N: usize>(
    store: &Store,
    names: [&str; N],
) -> Vec<(User, LoginId)> {
    let mut people = Vec::new();
    for (n, name) in names.into_iter().enumerate() {
        let user = user(store, name).await;
        let hash = [u8::try_from(n).unwrap() + 100; 32];
        let login = store.create_login(&user, &hash, "", Millis(0)).await.unwrap();
        people.push((user, login));
    }
    people
}

fn wishes(interests: &[&str]) -> Wishes {
    let interests = interests.iter().map(|it| (*it).to_owned()).collect();
    Wishes { languages: vec!["ko".into()], interests, ..Wishes::default() }
}

pub(super) async fn take(store: &Store, (user, login): &(User, LoginId), now: i64) -> TicketRow {
    let new = NewTicket {
        user: user.id,
        login: *login,
        wishes: wishes(&["tea"]),
        band: Band::Adult,
        guest: false,
        at: Millis(now),
    };
    ask(store, new).await.unwrap();
    store.search_of(user.id).await.unwrap().unwrap().ticket
}

/// Asks for a ticket, alone.
pub(super) async fn ask(store: &Store, new: NewTicket) -> Result<Turned, Refusal> {
    let now = new.at;
    store.ask_tickets(&[TicketAsk::Take(new)], now).await.unwrap().remove(0)
}

pub(super) async fn fence(store: &Store) -> Fence {
    store.take_fence(CARETAKER).await.unwrap()
}

/// Proposes these tickets to each other; those of whom all are asked.
pub(super) async fn propose(store: &Store, tickets: &[&TicketRow], now: i64) -> Turned {
    let fence = fence(store).await;
    let tickets = tickets.iter().map(|it| it.id).collect();
    let found = [NewProposal { tickets, shared: Shared::default() }];
    store.propose(fence, &found, Terms::USUAL, Millis(now)).await.unwrap().unwrap()
}

/// Ends what is over, one after the other.
async fn end_searches(
    store: &Store,
    fence: Fence,
    away: &HashSet<UserId>,
    now: Millis,
) -> Option<Turned> {
    let mut turned = Turned::default();
    for ticket in store.ended_searches(away, now).await.unwrap() {
        turned.add(store.end_search(fence, ticket, away, now).await.unwrap()?);
    }
    Some(turned)
}

async fn state(store: &Store, user: &User) -> TicketState {
    store.search_of(user.id).await.unwrap().unwrap().ticket.state
}

pub(super) async fn proposal(store: &Store, user: &User) -> ProposalId {
    store.search_of(user.id).await.unwrap().unwrap().proposal.unwrap().id
}

/// Long after everybody acted, so that everybody is asked.
pub(super) const LATER: i64 = 60_000;

#[tokio::test]
async fn who_asks_again_keeps_the_ticket_and_its_time_and_a_login_that_ended_takes_none() {
    for Fixture { store, ann, login, .. } in each().await {
        let ann = (ann, login);
        let first = take(&store, &ann, 5).await;
        let new = NewTicket {
            user: ann.0.id,
            login,
            wishes: wishes(&["film"]),
            band: Band::Adult,
            guest: false,
            at: Millis(9),
        };
        ask(&store, new.clone()).await.unwrap();
        let again = store.search_of(ann.0.id).await.unwrap().unwrap().ticket;
        assert_eq!((again.id, again.since, again.acted_at), (first.id, Millis(5), Millis(9)));
        assert_eq!(again.wishes, wishes(&["film"]));
        assert_eq!(store.count_searches().await.unwrap(), 1);
        let unknown = NewTicket { login: LoginId(Uuid::from_u128(9)), ..new };
        assert_eq!(ask(&store, unknown).await, Err(Refusal::NotSignedIn));
        let turned = store.cancel_search(ann.0.id, Millis(10)).await.unwrap();
        assert_eq!(turned.users, [ann.0.id]);
        assert_eq!(store.cancel_search(ann.0.id, Millis(11)).await.unwrap(), Turned::default());
        assert_eq!(store.count_searches().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_many_ask_at_once_is_answered_to_each_alone() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["u0", "u1", "u2", "u3", "u4", "u5"]).await;
        let [begins, changes, stops, leaves, unknown, idle] = &people[..] else { panic!() };
        take(&store, changes, 5).await;
        take(&store, stops, 5).await;
        let both = [&take(&store, leaves, 5).await, &take(&store, unknown, 5).await];
        propose(&store, &both, LATER).await;
        let at = Millis(LATER + 1);
        let new = |(user, login): &(User, LoginId)| NewTicket {
            user: user.id,
            login: *login,
            wishes: wishes(&["film"]),
            band: Band::Adult,
            guest: true,
            at,
        };
        let ended = NewTicket { login: LoginId(Uuid::from_u128(9)), ..new(unknown) };
        let asks = [
            TicketAsk::Take(new(begins)),
            TicketAsk::Take(new(changes)),
            TicketAsk::Cancel(stops.0.id),
            TicketAsk::Cancel(leaves.0.id),
            TicketAsk::Take(ended),
            TicketAsk::Cancel(idle.0.id),
        ];
        let answers = store.ask_tickets(&asks, at.plus(1)).await.unwrap();
        let alone = |it: &(User, LoginId)| Ok(Turned { users: vec![it.0.id], rooms: vec![] });
        assert_eq!(answers[..3], [alone(begins), alone(changes), alone(stops)]);
        let left = answers[3].as_ref().unwrap();
        assert_eq!(left.users.len(), 2, "the other of the proposal, too");
        assert_eq!(answers[4..], [Err(Refusal::NotSignedIn), Ok(Turned::default())]);
        let searches = async |it: &(User, LoginId)| {
            let ticket = store.search_of(it.0.id).await.unwrap().unwrap().ticket;
            assert_eq!(ticket.changed_at, at.plus(1));
            (ticket.state, ticket.since, ticket.wishes.interests[0].clone(), ticket.guest)
        };
        let open = TicketState::Searching;
        let over = TicketState::Ended(Ended::Cancelled);
        assert_eq!(searches(begins).await, (open, at, "film".into(), true));
        assert_eq!(searches(changes).await, (open, Millis(5), "film".into(), true));
        assert_eq!(searches(stops).await, (over, Millis(5), "tea".into(), false));
        assert_eq!(searches(leaves).await, (over, Millis(5), "tea".into(), false));
        assert_eq!(searches(unknown).await, (open, Millis(5), "tea".into(), false));
        assert_eq!(store.search_of(idle.0.id).await.unwrap(), None);
        let waits = store.waits(Millis(0), 9).await.unwrap();
        assert_eq!(waits.iter().filter(|it| it.waited_ms == LATER - 3).count(), 2);
    }
}

#[tokio::test]
async fn two_yes_make_one_room_with_both_in_it() {
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [&people[0], &people[1]];
        let tickets = [take(&store, bob, 0).await, take(&store, eve, 0).await];
        let turned = propose(&store, &[&tickets[0], &tickets[1]], LATER).await;
        assert!(turned.rooms.is_empty(), "both are asked first");
        let id = proposal(&store, &bob.0).await;
        let other = home.open().await;
        let yes = async |node: &Store, user: &User| {
            node.answer_proposal(user.id, id, true, Millis(LATER + 1)).await.unwrap()
        };
        assert!(yes(&store, &bob.0).await.unwrap().rooms.is_empty());
        assert_eq!(yes(&other, &bob.0).await, Err(Refusal::AlreadyAnswered));
        let turned = yes(&other, &eve.0).await.unwrap();
        let [room] = turned.rooms[..] else { panic!("{turned:?}") };
        assert_eq!(yes(&store, &eve.0).await, Err(Refusal::ProposalOver));
        let members: HashSet<_> =
            store.members(room).await.unwrap().into_iter().map(|it| it.id).collect();
        assert_eq!(members, HashSet::from([bob.0.id, eve.0.id]));
        for user in [&bob.0, &eve.0] {
            let search = store.search_of(user.id).await.unwrap().unwrap();
            assert_eq!((search.ticket.state, search.room), (TicketState::Matched, Some(room)));
        }
        let met = store.met(&[bob.0.id]).await.unwrap();
        assert_eq!(met.iter().map(|it| it.at).collect::<Vec<_>>(), [Some(Millis(LATER + 1))]);
        let waits = store.waits(Millis(0), 10).await.unwrap();
        assert!(waits.len() == 2 && waits.iter().all(|it| it.matched));
    }
}

#[tokio::test]
async fn a_no_keeps_the_others_time_and_the_two_apart() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve", "kim"]).await;
        let [bob, eve, kim] = [&people[0], &people[1], &people[2]];
        let tickets = [take(&store, bob, 7).await, take(&store, eve, 8).await];
        propose(&store, &[&tickets[0], &tickets[1]], LATER).await;
        let id = proposal(&store, &eve.0).await;
        let now = Millis(LATER + 1);
        let stranger = store.answer_proposal(kim.0.id, id, true, now).await.unwrap();
        assert_eq!(stranger, Err(Refusal::ProposalOver), "it is nothing to her");
        let forged = ProposalId(Uuid::from_u128(7));
        let forged = store.answer_proposal(bob.0.id, forged, true, now).await.unwrap();
        assert_eq!(forged, Err(Refusal::ProposalOver));
        let no = store.answer_proposal(eve.0.id, id, false, now).await.unwrap().unwrap();
        assert_eq!((no.users.len(), no.rooms.len()), (2, 0));
        for (user, since) in [(&bob.0, 7), (&eve.0, 8)] {
            let ticket = store.search_of(user.id).await.unwrap().unwrap().ticket;
            assert_eq!((ticket.state, ticket.since), (TicketState::Searching, Millis(since)));
        }
        let met = store.met(&[bob.0.id, eve.0.id]).await.unwrap();
        assert!(met.iter().all(|it| it.at.is_none() && it.skipped_at == Some(now)), "{met:?}");
    }
}

#[tokio::test]
async fn who_does_not_answer_leaves_and_who_said_yes_goes_on() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [&people[0], &people[1]];
        let tickets = [take(&store, bob, 0).await, take(&store, eve, 0).await];
        propose(&store, &[&tickets[0], &tickets[1]], LATER).await;
        let id = proposal(&store, &bob.0).await;
        store.answer_proposal(bob.0.id, id, true, Millis(LATER + 1)).await.unwrap().unwrap();
        let over = Millis(LATER + 15_000);
        assert_eq!(store.next_proposal_end().await.unwrap(), Some(over));
        let late = store.answer_proposal(eve.0.id, id, true, over).await.unwrap();
        assert_eq!(late, Err(Refusal::ProposalOver));
        let fence = fence(&store).await;
        let turned = end_searches(&store, fence, &HashSet::new(), over).await.unwrap();
        assert_eq!(turned.users.len(), 2);
        assert_eq!(state(&store, &bob.0).await, TicketState::Searching);
        assert_eq!(state(&store, &eve.0).await, TicketState::Ended(Ended::NotAnswered));
        assert_eq!(store.next_proposal_end().await.unwrap(), None);
    }
}

#[tokio::test]
async fn who_cancels_or_is_away_breaks_the_proposal() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve", "kim"]).await;
        let [bob, eve, kim] = [&people[0], &people[1], &people[2]];
        let mut tickets = Vec::new();
        for it in &people {
            tickets.push(take(&store, it, 0).await);
        }
        propose(&store, &[&tickets[0], &tickets[1]], LATER).await;
        store.cancel_search(bob.0.id, Millis(LATER + 1)).await.unwrap();
        assert_eq!(state(&store, &bob.0).await, TicketState::Ended(Ended::Cancelled));
        assert_eq!(state(&store, &eve.0).await, TicketState::Searching);
        propose(&store, &[&tickets[1], &tickets[2]], LATER + 2).await;
        let fence = fence(&store).await;
        let away = HashSet::from([kim.0.id]);
        end_searches(&store, fence, &away, Millis(LATER + 3)).await.unwrap();
        assert_eq!(state(&store, &kim.0).await, TicketState::Ended(Ended::Away));
        assert_eq!(state(&store, &eve.0).await, TicketState::Searching);
    }
}

#[tokio::test]
async fn who_acted_a_moment_ago_is_not_asked() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let tickets = [take(&store, &people[0], 0).await, take(&store, &people[1], 0).await];
        let turned = propose(&store, &[&tickets[0], &tickets[1]], 1_000).await;
        assert_eq!(turned.rooms.len(), 1, "both are there");
    }
}

#[tokio::test]
async fn an_earlier_leader_proposes_and_ends_nothing() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let tickets = [take(&store, &people[0], 0).await, take(&store, &people[1], 0).await];
        let (earlier, _later) = (fence(&store).await, fence(&store).await);
        let tickets = tickets.iter().map(|it| it.id).collect();
        let found = [NewProposal { tickets, shared: Shared::default() }];
        assert_eq!(store.propose(earlier, &found, Terms::USUAL, Millis(1)).await.unwrap(), None);
        let away = HashSet::from([people[0].0.id]);
        assert_eq!(end_searches(&store, earlier, &away, Millis(1)).await, None);
        assert_eq!(state(&store, &people[0].0).await, TicketState::Searching);
    }
}

/// Eight tickets in pairs, each in two of them: what no round would find.
fn overlapping(tickets: &[TicketRow], step: usize) -> Vec<NewProposal> {
    let pair = |at: usize| vec![tickets[at].id, tickets[(at + step) % tickets.len()].id];
    let new = |tickets| NewProposal { tickets, shared: Shared::default() };
    (0..tickets.len()).map(pair).map(new).collect()
}

/// Says yes to whatever is proposed to them.
async fn say_yes(node: &Store, user: &User, now: Millis) {
    let search = node.search_of(user.id).await.unwrap();
    let Some(open) = search.and_then(|it| it.proposal) else { return };
    // The one who cancels may have been faster.
    let answered = node.answer_proposal(user.id, open.id, true, now).await.unwrap();
    assert!(matches!(answered, Ok(_) | Err(Refusal::ProposalOver)), "{answered:?}");
}

/// Rounds of nodes that each think to lead, answers and a cancellation, all at once.
#[tokio::test]
async fn however_many_do_it_at_once_nobody_is_matched_twice() {
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"]).await;
        let nodes = home.handles(2).await;
        let mut matched = 0;
        for round in 1..=30 {
            let at = Millis(LATER * i64::from(round) + LATER / 2);
            let mut tickets = Vec::new();
            for it in &people {
                tickets.push(take(&store, it, LATER * i64::from(round)).await);
            }
            let fence = fence(&store).await;
            let found = [round % 7 + 1, (round + 3) % 7 + 1];
            let found = found.map(|step| overlapping(&tickets, usize::try_from(step).unwrap()));
            let proposing = nodes
                .iter()
                .zip(&found)
                .map(|(node, it)| node.propose(fence, it, Terms::USUAL, at));
            for turned in futures::future::join_all(proposing).await {
                turned.unwrap().unwrap();
            }
            let (first, others) = people.split_first().unwrap();
            let answers =
                others.iter().enumerate().map(|(n, it)| say_yes(&nodes[n % 2], &it.0, at));
            let cancelling = [TicketAsk::Cancel(first.0.id), TicketAsk::Cancel(others[0].0.id)];
            let cancelled = nodes[0].ask_tickets(&cancelling, at);
            let (_, cancelled) = tokio::join!(futures::future::join_all(answers), cancelled);
            cancelled.unwrap();
            matched += check_matches(&store, &people).await;
            for (user, _) in &people {
                store.cancel_search(user.id, at.plus(1)).await.unwrap();
            }
        }
        assert!(matched > 0);
    }
}

/// Everybody who is matched is in one room of two, with somebody who is matched, too.
async fn check_matches(store: &Store, people: &[(User, LoginId)]) -> usize {
    let mut rooms: HashMap<RoomId, usize> = HashMap::new();
    for (user, _) in people {
        let search = store.search_of(user.id).await.unwrap().unwrap();
        if search.ticket.state == TicketState::Matched {
            *rooms.entry(search.room.expect("a match has its room")).or_default() += 1;
        }
    }
    for (room, count) in &rooms {
        assert_eq!((*count, store.members(*room).await.unwrap().len()), (2, 2));
    }
    rooms.len()
}

#[tokio::test]
async fn the_year_of_birth_is_stated_once() {
    for Fixture { store, ann, .. } in each().await {
        assert_eq!(store.born(ann.id).await.unwrap(), None);
        assert!(store.set_born(ann.id, 2001).await.unwrap());
        assert!(!store.set_born(ann.id, 1990).await.unwrap());
        assert_eq!(store.born(ann.id).await.unwrap(), Some(2001));
    }
}

#[tokio::test]
async fn who_stops_while_a_round_proposes_to_them_holds_nobody_up() {
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [&people[0], &people[1]];
        let other = home.open().await;
        for round in 1..=40 {
            let now = round * LATER;
            let tickets = [take(&store, bob, now).await, take(&store, eve, now).await];
            let later = now + LATER / 2;
            let both = [&tickets[0], &tickets[1]];
            let proposes = propose(&store, &both, later);
            let stopping = [TicketAsk::Cancel(bob.0.id)];
            let stops = other.ask_tickets(&stopping, Millis(later));
            let (_, stopped) = tokio::join!(proposes, stops);
            assert!(stopped.unwrap()[0].as_ref().unwrap().users.contains(&bob.0.id));
            assert_eq!(state(&store, &bob.0).await, TicketState::Ended(Ended::Cancelled));
            let search = store.search_of(eve.0.id).await.unwrap().unwrap();
            assert_eq!((search.ticket.state, search.proposal), (TicketState::Searching, None));
            store.cancel_search(eve.0.id, Millis(later)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn who_leaves_proposals_unanswered_pauses_and_old_conduct_is_forgotten() {
    const MIN: i64 = 60_000;
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [&people[0], &people[1]];
        let mut now = LATER;
        for _ in 0..2 {
            let tickets = [take(&store, bob, now).await, take(&store, eve, now).await];
            now += LATER;
            propose(&store, &[&tickets[0], &tickets[1]], now).await;
            now += LATER;
            let term = fence(&store).await;
            end_searches(&store, term, &HashSet::new(), Millis(now)).await.unwrap();
        }
        let new = NewTicket {
            user: bob.0.id,
            login: bob.1,
            wishes: wishes(&[]),
            band: Band::Adult,
            guest: false,
            at: Millis(now),
        };
        let until = Millis(now + MIN);
        assert_eq!(ask(&store, new.clone()).await, Err(Refusal::TooSoon { until }));
        ask(&store, NewTicket { at: until, ..new }).await.unwrap();
        let deeds = store.deeds_of(&[bob.0.id], Millis(0)).await.unwrap();
        assert_eq!(deeds[&bob.0.id].len(), 2);
        let term = fence(&store).await;
        store.forget_searches(term, Millis(now + 1), Millis(now)).await.unwrap();
        assert!(store.deeds_of(&[bob.0.id], Millis(0)).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_lookout_is_told_of_once_and_goes_with_its_day() {
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["bob"]).await;
        let (bob, login) = &people[0];
        store.set_born(bob.id, 1990).await.unwrap();
        let new = NewLookout {
            user: bob.id,
            login: *login,
            wishes: wishes(&["tea"]),
            until: Millis(100),
        };
        assert!(store.keep_lookout(&new, Millis(5)).await.unwrap());
        let open = async |now| store.lookouts(Millis(0), Millis(now)).await.unwrap();
        let [row] = &open(6).await[..] else { panic!() };
        assert_eq!((row.user, row.since, row.born, row.guest), (bob.id, Millis(5), 1990, false));
        assert_eq!(
            (open(100).await, store.lookouts(Millis(6), Millis(6)).await.unwrap()),
            (vec![], vec![])
        );
        let other = home.open().await;
        let tell = async |node: &Store, since| {
            node.tell_lookout(bob.id, Millis(since), Millis(7)).await.unwrap()
        };
        assert!(!tell(&store, 4).await, "that was another one");
        assert!(tell(&store, 5).await && !tell(&other, 5).await, "once, whichever node");
        assert!(open(8).await.is_empty());
        let shown = store.seekers(&[bob.id]).await.unwrap()[&bob.id].clone();
        assert_eq!(shown.lookout.and_then(|it| it.told), Some(Millis(7)));
        let unknown = NewLookout { login: LoginId(Uuid::from_u128(9)), ..new.clone() };
        assert!(!store.keep_lookout(&unknown, Millis(8)).await.unwrap());
        assert!(store.keep_lookout(&new, Millis(8)).await.unwrap(), "and anew");
        assert_eq!(open(9).await.len(), 1);
        let fence = fence(&store).await;
        store.forget_searches(fence, Millis(0), Millis(101)).await.unwrap();
        assert_eq!(store.seekers(&[bob.id]).await.unwrap()[&bob.id], Seeker::default());
    }
}

#[tokio::test]
async fn what_reviewers_do_ends_a_search_and_counts_until_it_is_taken_back() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob"]).await;
        let bob = &people[0];
        let new = NewUser {
            name: "root".into(),
            name_key: "root".into(),
            password: Some("x".into()),
            role: Role::Owner,
        };
        let root = store.create_user(new, Millis(0)).await.unwrap();
        let does = async |what, now| {
            let doing = Sanctioning { by: root.id, user: bob.0.id, what, why: None, reason: "" };
            store.sanction(&doing, Millis(now)).await.unwrap()
        };
        take(&store, bob, 5).await;
        let done = does(Sanction::Mute { until: Millis(1_000) }, 6).await;
        assert_eq!(done.turned.users, [bob.0.id]);
        assert_eq!(state(&store, &bob.0).await, TicketState::Ended(Ended::Refused));
        let new = NewTicket {
            user: bob.0.id,
            login: bob.1,
            wishes: wishes(&[]),
            band: Band::Adult,
            guest: false,
            at: Millis(7),
        };
        let until = Some(Millis(1_000));
        assert_eq!(ask(&store, new.clone()).await, Err(Refusal::Muted { until }));
        does(Sanction::Unmute, 8).await;
        ask(&store, NewTicket { at: Millis(9), ..new }).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_matched_while_other_wishes_are_on_their_way_gets_no_second_ticket() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [&people[0], &people[1]];
        let tickets = [take(&store, bob, 10).await, take(&store, eve, 10).await];
        // Both acted a moment ago: they are matched at once.
        assert_eq!(propose(&store, &[&tickets[0], &tickets[1]], 20).await.rooms.len(), 1);
        let late = take(&store, bob, 19).await;
        assert_eq!((late.id, late.state), (tickets[0].id, TicketState::Matched));
        assert_ne!(take(&store, bob, 21).await.id, tickets[0].id);
    }
}
