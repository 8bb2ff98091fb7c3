//! Speed rounds, on both databases.

use super::*;
use crate::store::{Band, NewProposal, Shared, SpeedRound, TicketRow, TicketState};
use ::matching::standing::{Deed, Kind};
use app::protocol::{
    ids::TicketId,
    matching::Wishes,
    room::Act,
    speed::{SpeedPlan, SpeedView},
};

const MINUTE_MS: i64 = 60_000;

fn plan(done: u32, next_at: i64) -> SpeedPlan {
    SpeedPlan { rounds: 2, mins: 5, weekly: false, done, next_at: Millis(next_at) }
}

fn wishes() -> Wishes {
    Wishes { languages: vec!["ko".into()], ..Wishes::default() }
}

/// A room of Ann's with speed rounds that begin in a minute, and two who join in.
struct Event {
    store: Store,
    room: RoomId,
    ann: UserId,
    login: LoginId,
    guests: Vec<UserId>,
    _home: Home,
}

async fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for Fixture { store, ann, login, home, .. } in each().await {
        let room = own_room(&store, (ann.id, login), (RoomKind::Private, 9)).await;
        let act = Act::Speed { rounds: 2, mins: 5, in_mins: 1, weekly: false };
        let change = Change::Act(HostAct::new(act, None, Millis(0)));
        let start = Append {
            room,
            author: ann.id,
            login: Some(login),
            cid: None,
            after: None,
            fence: None,
            change: change.clone(),
        };
        appended(&store, &[start], Millis(0)).await[0].unwrap();
        let mut guests = Vec::new();
        for name in ["bob", "eve"] {
            let user = user(&store, name).await;
            let login = store.create_login(&user, &[name.as_bytes()[0]; 32], "", Millis(0)).await;
            let login = login.unwrap();
            let come = Append {
                room,
                author: user.id,
                login: Some(login),
                cid: None,
                after: None,
                fence: None,
                change: Change::Join(Way::Plain),
            };
            let not_a_host = Append { change: change.clone(), ..come.clone() };
            let did = appended(&store, &[come, not_a_host], Millis(1)).await;
            assert!(did[0].is_ok());
            assert_eq!(did[1], Err(AppendError::NotAllowed));
            assert!(store.set_born(user.id, 1990).await.unwrap());
            assert!(store.join_speed(room, user.id, &wishes()).await.unwrap());
            guests.push(user.id);
        }
        events.push(Event { store, room, ann: ann.id, login, guests, _home: home });
    }
    events
}

impl Event {
    /// The round that is due, with those together who join in.
    async fn round(&self, plan: SpeedPlan, next: Option<SpeedPlan>) -> SpeedRound {
        let guests = self.store.speed_guests(self.room).await.unwrap();
        let ticket = |user: UserId| TicketRow {
            id: TicketId(Uuid::now_v7()),
            user,
            wishes: wishes(),
            band: Band::Adult,
            guest: false,
            since: Millis(0),
            state: TicketState::Searching,
            acted_at: Millis(0),
            skipped_at: None,
            changed_at: Millis(0),
        };
        let tickets: Vec<_> = guests.iter().map(|it| ticket(it.user)).collect();
        let ids = tickets.iter().map(|it| it.id).collect();
        SpeedRound {
            room: self.room,
            plan,
            found: vec![NewProposal { tickets: ids, shared: Shared::default() }],
            tickets,
            until: plan.next_at.plus(5 * MINUTE_MS),
            next,
        }
    }
}

#[tokio::test]
async fn a_round_puts_two_into_a_room_that_ends_with_it_and_is_begun_once() {
    for event in events().await {
        let Event { store, room, guests, .. } = &event;
        assert_eq!(store.speed_due(Millis(MINUTE_MS - 1)).await.unwrap().0, []);
        let now = Millis(MINUTE_MS);
        let (due, next) = store.speed_due(now).await.unwrap();
        assert_eq!((due.as_slice(), next), (&[(*room, plan(0, MINUTE_MS))][..], None));
        let second = plan(1, 7 * MINUTE_MS);
        let round = event.round(due[0].1, Some(second)).await;
        let fence = store.take_fence(CARETAKER).await.unwrap();
        let turned = store.begin_speed(fence, &round, now).await.unwrap().unwrap();
        let [made] = turned.rooms[..] else { panic!("{turned:?}") };
        let search = store.search_of(guests[0]).await.unwrap().unwrap();
        assert_eq!((search.ticket.state, search.room), (TicketState::Matched, Some(made)));
        assert_eq!(store.waits(Millis(0), 10).await.unwrap(), [], "nobody has waited");
        // A leader that died after it begins nothing again.
        let again = store.begin_speed(fence, &round, now).await.unwrap().unwrap();
        assert_eq!(again, Turned::default());
        let deposed = store.take_fence(CARETAKER).await.unwrap();
        assert_ne!(fence, deposed);
        assert_eq!(store.begin_speed(fence, &round, now).await.unwrap(), None);
        let talk = |n: u128| Append {
            room: made,
            author: guests[usize::from(n > 2)],
            login: None,
            cid: Some(Cid(Uuid::from_u128(n))),
            after: None,
            fence: None,
            change: Change::Message("hi".into()),
        };
        let talk: Vec<_> = (0..6).map(talk).collect();
        assert!(appended(store, &talk, now).await.iter().all(Result::is_ok));
        // The room ends by itself.
        let over = |now| store.over(now, MINUTE_MS, 10);
        assert_eq!(over(Millis(round.until.0 - 1)).await.unwrap().rooms, []);
        let [(ended, author)] = over(round.until).await.unwrap().rooms[..] else { panic!() };
        assert!(ended == made && guests.contains(&author));
        let close = Append {
            room: made,
            author,
            login: None,
            cid: None,
            after: None,
            fence: None,
            change: Change::CloseOver,
        };
        appended(store, &[close], round.until).await[0].unwrap();
        assert_eq!(store.search_of(guests[0]).await.unwrap().unwrap().room, None);
        let talked = [Deed { kind: Kind::Good, at: round.until.0 }];
        let deeds = store.deeds_of(guests, Millis(0)).await.unwrap();
        assert!(guests.iter().all(|it| deeds[it] == talked), "{deeds:?}");
    }
}

#[tokio::test]
async fn what_comes_next_is_told_with_what_is_due_and_rooms_that_are_closed_count_for_nothing() {
    for event in events().await {
        let Event { store, room, ann, .. } = &event;
        let other = own_room(store, (*ann, event.login), (RoomKind::Private, 9)).await;
        let act = Act::Speed { rounds: 2, mins: 5, in_mins: 2, weekly: false };
        let by_ann = |change| Append {
            room: other,
            author: *ann,
            login: None,
            cid: None,
            after: None,
            fence: None,
            change,
        };
        let start = Change::Act(HostAct::new(act, None, Millis(0)));
        appended(store, &[by_ann(start)], Millis(0)).await[0].unwrap();
        let due = async |now| {
            let (due, next) = store.speed_due(Millis(now)).await.unwrap();
            (due.into_iter().map(|it| it.0).collect::<Vec<_>>(), next.map(|it| it.0))
        };
        assert_eq!(due(0).await, (vec![], Some(MINUTE_MS)));
        assert_eq!(due(MINUTE_MS).await, (vec![*room], Some(2 * MINUTE_MS)));
        assert_eq!(due(2 * MINUTE_MS).await, (vec![*room, other], None));
        appended(store, &[by_ann(Change::Leave)], Millis(1)).await[0].unwrap();
        assert_eq!(due(MINUTE_MS).await, (vec![*room], None));
    }
}

#[tokio::test]
async fn who_begins_to_look_elsewhere_at_that_moment_is_not_put_together() {
    for event in events().await {
        let Event { store, guests, .. } = &event;
        let round = event.round(plan(0, MINUTE_MS), None).await;
        let bob = store.user(guests[0]).await.unwrap().unwrap();
        let login = store.create_login(&bob, &[9; 32], "", Millis(0)).await.unwrap();
        super::matching::take(store, &(bob, login), 5).await;
        let fence = store.take_fence(CARETAKER).await.unwrap();
        let turned = store.begin_speed(fence, &round, Millis(MINUTE_MS)).await.unwrap();
        assert_eq!(turned, Some(Turned::default()));
        let search = store.search_of(guests[0]).await.unwrap().unwrap();
        assert_eq!(search.ticket.state, TicketState::Searching);
    }
}

#[tokio::test]
async fn nobody_is_put_together_who_left_looks_elsewhere_or_did_not_join_in() {
    for event in events().await {
        let Event { store, room, ann, guests, .. } = &event;
        let there = async || {
            let guests = store.speed_guests(*room).await.unwrap();
            guests.into_iter().map(|it| it.user).collect::<HashSet<_>>()
        };
        let [bob, eve] = guests[..] else { panic!() };
        assert_eq!(there().await, HashSet::from([bob, eve]));
        let user = store.user(bob).await.unwrap().unwrap();
        let login = store.create_login(&user, &[9; 32], "", Millis(0)).await.unwrap();
        let (band, at) = (Band::Adult, Millis(5));
        let new = NewTicket { user: bob, login, wishes: wishes(), band, guest: false, at };
        super::matching::ask(store, new).await.unwrap();
        assert_eq!(there().await, HashSet::from([eve]));
        store.cancel_search(bob, Millis(6)).await.unwrap();
        store.leave_speed(*room, eve).await.unwrap();
        assert_eq!(there().await, HashSet::from([bob]));
        let view = store.speed_of(*room, *ann).await.unwrap();
        let plan = Some(plan(0, MINUTE_MS));
        assert_eq!(view, SpeedView { plan, guests: 1, mine: false });
    }
}

#[tokio::test]
async fn after_the_last_round_nobody_joins_in_any_more() {
    for event in events().await {
        let Event { store, room, guests, .. } = &event;
        let round = event.round(plan(0, MINUTE_MS), None).await;
        let fence = store.take_fence(CARETAKER).await.unwrap();
        store.begin_speed(fence, &round, Millis(MINUTE_MS)).await.unwrap().unwrap();
        assert_eq!(store.speed_of(*room, guests[0]).await.unwrap(), SpeedView::default());
        assert!(!store.join_speed(*room, guests[0], &wishes()).await.unwrap());
    }
}
