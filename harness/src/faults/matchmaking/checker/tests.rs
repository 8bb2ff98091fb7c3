//! A good run, and what each rule says when one thing of it is otherwise.

use super::{
    super::record::{Act, View, What},
    *,
};
use app::protocol::ids::RoomId;
use uuid::Uuid;

/// Two who wait, are asked and say yes, and one of whom waits again.
struct Run {
    records: Vec<Record>,
    rows: Rows,
}

const END: Millis = Millis(60_000);

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn ticket(n: u128) -> TicketId {
    TicketId(Uuid::from_u128(100 + n))
}

fn proposal(n: u128) -> ProposalId {
    ProposalId(Uuid::from_u128(200 + n))
}

fn room(n: u128) -> RoomId {
    RoomId(Uuid::from_u128(300 + n))
}

fn row(n: u128, of: u128, since: i64, (state, ended): (&str, Option<i64>)) -> Ticket {
    let (id, user) = (ticket(n), user(of));
    Ticket { id, user, since: Millis(since), state: state.into(), ended_at: ended.map(Millis) }
}

fn seat(of: u128, yes: bool) -> Seat {
    Seat { proposal: proposal(1), ticket: ticket(of), user: user(of), yes, held: true, open: false }
}

fn acts(list: &[(i64, What)]) -> Vec<Act> {
    list.iter().map(|(at, what)| Act { at: Millis(*at), what: *what }).collect()
}

fn searching(n: u128, since: i64) -> What {
    What::Told(View::Searching { ticket: ticket(n), since: Millis(since) })
}

fn yes() -> (What, What) {
    let proposal = proposal(1);
    (What::Answering { proposal, yes: true }, What::Answered { proposal, yes: true })
}

fn good() -> Run {
    let (asked, answered) = yes();
    let begins = |n: u128, since: i64| {
        vec![(since - 1, What::Asking), (since + 5, searching(n, since)), (20_000, asked)]
    };
    let ends = [(20_001, answered), (20_001, What::Told(View::Matched(room(1))))];
    let left = [(21_000, What::Left(room(1))), (21_001, What::Told(View::Idle(None)))];
    let again = [(22_000, What::Asking), (22_010, searching(3, 22_001))];
    let record = |n: u128, more: &[(i64, What)]| Record {
        name: format!("p{n}"),
        user: Some(user(n)),
        acts: acts(
            &[&begins(n, 1_000 * i64::try_from(n).unwrap())[..], &ends, &left, more].concat(),
        ),
        is_over: false,
    };
    let records = vec![record(1, &again), record(2, &[])];
    let matched = ("matched", Some(20_001));
    let rows = Rows {
        tickets: vec![
            row(1, 1, 1_000, matched),
            row(2, 2, 2_000, matched),
            row(3, 1, 22_001, ("searching", None)),
        ],
        proposals: vec![Proposal {
            id: proposal(1),
            made_at: Millis(17_000),
            until: Millis(32_000),
            state: "matched".into(),
            room: Some(room(1)),
        }],
        seats: vec![seat(1, true), seat(2, false)],
        members: vec![],
    };
    Run { records, rows }
}

/// The rules that are broken when the run is changed like that.
fn broken(change: impl FnOnce(&mut Run)) -> Vec<Rule> {
    let mut run = good();
    change(&mut run);
    let mut rules: Vec<_> = check(&run.records, &run.rows, END).iter().map(|it| it.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn a_good_run_breaks_nothing() {
    assert_eq!(broken(|_| {}), []);
}

#[test]
fn nobody_is_matched_twice_at_a_time() {
    assert_eq!(broken(|run| run.rows.tickets[2].since = Millis(20_000))[0], Rule::M1);
    let twice = |run: &mut Run| {
        let other =
            Proposal { id: proposal(2), room: Some(room(2)), ..run.rows.proposals[0].clone() };
        run.rows.proposals.push(other);
        let again = |it: &Seat| Seat { proposal: proposal(2), yes: true, ..it.clone() };
        run.rows.seats.extend([again(&seat(1, true)), again(&seat(2, true))]);
    };
    assert_eq!(broken(twice), [Rule::M1, Rule::M2, Rule::M3]);
    let two_rooms = |run: &mut Run| {
        run.records[0]
            .acts
            .insert(5, Act { at: Millis(20_500), what: What::Told(View::Matched(room(2))) });
    };
    assert_eq!(broken(two_rooms), [Rule::M1]);
    assert_eq!(broken(|run| run.rows.members.push((room(9), user(1)))), [Rule::M1]);
}

#[test]
fn no_ticket_is_lost() {
    assert_eq!(broken(|run| drop(run.rows.tickets.pop())), [Rule::M3]);
    let state = |state: &'static str, ended: Option<i64>| {
        broken(move |run| {
            run.rows.tickets[2].state = state.into();
            run.rows.tickets[2].ended_at = ended.map(Millis);
        })
    };
    for lost in ["cancelled", "not_answered", "away", "refused"] {
        assert_eq!(state(lost, Some(30_000)), [Rule::M3], "{lost}");
    }
    assert_eq!(state("proposed", None), [Rule::M3]);
    assert_eq!(state("searching", Some(30_000)), [Rule::M3]);
    let stopped = |run: &mut Run| {
        let acts = &mut run.records[0].acts;
        acts.push(Act { at: Millis(29_000), what: What::Stopping });
        acts.push(Act { at: Millis(30_001), what: What::Told(View::Idle(None)) });
        run.rows.tickets[2].state = "cancelled".into();
        run.rows.tickets[2].ended_at = Some(Millis(30_000));
    };
    assert_eq!(broken(stopped), []);
}

#[test]
fn who_is_away_long_enough_loses_their_place() {
    let away = |from: i64| {
        broken(move |run| {
            let acts = &mut run.records[0].acts;
            acts.push(Act { at: Millis(from), what: What::Disconnected });
            acts.push(Act { at: Millis(50_000), what: What::Connected });
            acts.push(Act { at: Millis(51_000), what: What::Told(View::Idle(None)) });
            run.rows.tickets[2].state = "away".into();
            run.rows.tickets[2].ended_at = Some(Millis(49_000));
        })
    };
    assert_eq!(away(28_500), []);
    assert_eq!(away(40_000), [Rule::M3]);
}

#[test]
fn waiting_times_stay() {
    let later = |run: &mut Run| {
        run.records[0].acts.push(Act { at: Millis(30_000), what: searching(3, 25_000) });
    };
    assert_eq!(broken(later), [Rule::M4]);
    assert_eq!(broken(|run| run.rows.tickets[0].since = Millis(1_001)), [Rule::M4]);
}

#[test]
fn answers_that_were_taken_stand() {
    let unasked = |run: &mut Run| {
        run.records[1].acts.retain(|it| it.what != yes().0 && it.what != yes().1);
    };
    assert_eq!(broken(unasked), [Rule::M5]);
    let no = What::Answered { proposal: proposal(1), yes: false };
    assert_eq!(
        broken(|run| run.records[0].acts.insert(3, Act { at: Millis(19_000), what: no })),
        [Rule::M5]
    );
    let in_vain = |run: &mut Run| {
        run.rows.proposals[0].state = "expired".into();
        run.rows.proposals[0].room = None;
    };
    assert_eq!(broken(in_vain), [Rule::M5]);
}

#[test]
fn a_proposal_ends_at_its_time() {
    let open = |run: &mut Run| {
        run.rows.proposals.push(Proposal {
            id: proposal(2),
            made_at: Millis(0),
            until: Millis(15_000),
            state: "open".into(),
            room: None,
        });
        for of in [8, 9] {
            let proposal = proposal(2);
            run.rows.seats.push(Seat { proposal, open: true, ..seat(of, false) });
        }
    };
    assert_eq!(broken(open), [Rule::M6]);
}
