//! The desk: a table of what each event does, and any events in any order.

use matching::{
    desk::{
        ACTIVE_MS, ANSWER_MS, AWAY_MS, Asked, Change, Event, Outcome, Place, Proposal, Refusal,
        State, Why, decide, due, propose,
    },
    ids::TicketId,
};
use proptest::prelude::*;

const A: TicketId = TicketId(1);
const B: TicketId = TicketId(2);
const C: TicketId = TicketId(3);
const NOW: i64 = 1_000_000;

fn place(ticket: TicketId, state: State) -> Place {
    Place { ticket, state, active_at: 0, away_since: None, gives_up_at: None }
}

fn open(tickets: &[TicketId]) -> (Proposal, Vec<Place>) {
    let asked = tickets.iter().map(|it| Asked { ticket: *it, said_yes: false }).collect();
    let places = tickets.iter().map(|it| place(*it, State::Proposed)).collect();
    (Proposal { asked, until: NOW + ANSWER_MS }, places)
}

#[test]
fn who_is_put_together_is_asked_unless_they_were_active() {
    let idle = [place(A, State::Searching), place(B, State::Searching)];
    let (proposal, changes) = propose(&idle, NOW).expect("two who search");
    assert_eq!(proposal.map(|it| it.until), Some(NOW + ANSWER_MS));
    assert_eq!(changes[1], Change::Now(B, State::Proposed, Why::Proposed));

    let mut half = idle;
    half[0].active_at = NOW - ACTIVE_MS + 1;
    let proposal = propose(&half, NOW).expect("two who search").0.expect("one is asked");
    assert_eq!(proposal.asked.map_yes(), [true, false]);

    let mut both = half;
    both[1].active_at = NOW;
    let (proposal, changes) = propose(&both, NOW).expect("two who search");
    assert_eq!(proposal, None);
    assert_eq!(changes[0], Change::Now(A, State::Matched, Why::Taken));
}

trait MapYes {
    fn map_yes(&self) -> Vec<bool>;
}

impl MapYes for Vec<Asked> {
    fn map_yes(&self) -> Vec<bool> {
        self.iter().map(|it| it.said_yes).collect()
    }
}

#[test]
fn only_those_who_search_and_are_there_are_put_together() {
    let here = place(A, State::Searching);
    assert_eq!(propose(&[here], NOW), Err(Refusal::NotSeveral));
    assert_eq!(propose(&[here, here], NOW), Err(Refusal::NotSeveral));
    for state in [State::Proposed, State::Matched, State::Cancelled, State::Expired] {
        assert_eq!(propose(&[here, place(B, state)], NOW), Err(Refusal::NotSearching));
    }
    let away = Place { away_since: Some(NOW), ..place(B, State::Searching) };
    assert_eq!(propose(&[here, away], NOW), Err(Refusal::NotSearching));
}

#[test]
fn all_must_say_yes() {
    let (mut proposal, places) = open(&[A, B, C]);
    let ask = |it: &Proposal, event| decide(Some(it), &places, event, NOW);
    assert_eq!(ask(&proposal, Event::Yes(B)), Ok(vec![Change::SaidYes(B)]));
    proposal.asked[1].said_yes = true;
    assert_eq!(ask(&proposal, Event::Yes(B)), Err(Refusal::AlreadyAnswered));
    proposal.asked[0].said_yes = true;
    let now = |it| Change::Now(it, State::Matched, Why::Taken);
    let expected = vec![now(A), now(B), now(C), Change::Closed(Outcome::Taken)];
    assert_eq!(ask(&proposal, Event::Yes(C)), Ok(expected));
    let mut out = places.clone();
    out[0].state = State::Cancelled;
    let yes = decide(Some(&proposal), &out, Event::Yes(C), NOW);
    assert_eq!(yes, Err(Refusal::NoProposal), "one of them is out of it by now");
}

#[test]
fn a_no_lets_all_search_on_and_keeps_the_refused_apart() {
    let (mut proposal, places) = open(&[A, B]);
    let expected = vec![
        Change::Refused { by: B, of: A },
        Change::Now(B, State::Searching, Why::Refused),
        Change::Now(A, State::Searching, Why::OtherGone),
        Change::Closed(Outcome::Refused),
    ];
    assert_eq!(decide(Some(&proposal), &places, Event::No(B), NOW), Ok(expected.clone()));
    proposal.asked[1].said_yes = true;
    assert_eq!(decide(Some(&proposal), &places, Event::No(B), NOW), Ok(expected));
}

#[test]
fn answers_that_do_not_count_say_why() {
    let (proposal, mut places) = open(&[A, B]);
    places.push(place(C, State::Searching));
    let late = NOW + ANSWER_MS;
    for answer in [Event::Yes, Event::No] {
        let ask = |event, now| decide(Some(&proposal), &places, event, now);
        assert_eq!(ask(answer(C), NOW), Err(Refusal::NotAsked));
        assert_eq!(ask(answer(TicketId(9)), NOW), Err(Refusal::NotAsked));
        assert_eq!(ask(answer(A), late), Err(Refusal::TooLate));
        for (state, refusal) in [
            (State::Searching, Refusal::NoProposal),
            (State::Cancelled, Refusal::NoProposal),
            (State::Matched, Refusal::AlreadyMatched),
        ] {
            assert_eq!(decide(None, &[place(A, state)], answer(A), NOW), Err(refusal));
        }
    }
}

#[test]
fn cancelling_works_at_any_moment_and_again() {
    let (proposal, places) = open(&[A, B]);
    let expected = vec![
        Change::Now(A, State::Cancelled, Why::Cancelled),
        Change::Now(B, State::Searching, Why::OtherGone),
        Change::Closed(Outcome::Broken),
    ];
    assert_eq!(decide(Some(&proposal), &places, Event::Cancel(A), NOW), Ok(expected.clone()));
    let alone = |state| decide(None, &[place(A, state)], Event::Cancel(A), NOW);
    assert_eq!(alone(State::Searching), Ok(expected[..1].to_vec()));
    assert_eq!(alone(State::Cancelled), Ok(vec![]));
    assert_eq!(alone(State::Expired), Ok(vec![]));
    assert_eq!(alone(State::Matched), Err(Refusal::AlreadyMatched));
}

#[test]
fn who_does_not_answer_leaves_and_who_said_yes_searches_on() {
    let (mut proposal, places) = open(&[A, B]);
    proposal.asked[0].said_yes = true;
    let clock = |now| decide(Some(&proposal), &places, Event::Clock, now);
    assert_eq!(clock(NOW + ANSWER_MS - 1), Ok(vec![]));
    let expected = vec![
        Change::Now(B, State::Expired, Why::NoAnswer),
        Change::Now(A, State::Searching, Why::OtherGone),
        Change::Closed(Outcome::Unanswered),
    ];
    assert_eq!(clock(NOW + ANSWER_MS), Ok(expected));
    assert_eq!(due(Some(&proposal), &places), Some(NOW + ANSWER_MS));
}

#[test]
fn who_is_away_has_twenty_seconds() {
    let here = place(A, State::Searching);
    assert_eq!(decide(None, &[here], Event::Left(A), NOW), Ok(vec![Change::Away(A, Some(NOW))]));
    assert_eq!(decide(None, &[here], Event::Back(A), NOW), Ok(vec![]));
    let away = Place { away_since: Some(NOW), ..here };
    assert_eq!(decide(None, &[away], Event::Left(A), NOW + 1), Ok(vec![]));
    assert_eq!(decide(None, &[away], Event::Back(A), NOW + 1), Ok(vec![Change::Away(A, None)]));
    assert_eq!(due(None, &[away]), Some(NOW + AWAY_MS));
    let clock = |now| decide(None, &[away], Event::Clock, now);
    assert_eq!(clock(NOW + AWAY_MS - 1), Ok(vec![]));
    let expired = vec![Change::Now(A, State::Expired, Why::Away)];
    assert_eq!(clock(NOW + AWAY_MS), Ok(expired));
}

#[test]
fn a_ticket_ends_when_its_owner_said_it_should() {
    let here = Place { gives_up_at: Some(NOW), ..place(A, State::Searching) };
    assert_eq!(due(None, &[here]), Some(NOW));
    assert_eq!(decide(None, &[here], Event::Clock, NOW - 1), Ok(vec![]));
    let expired = vec![Change::Now(A, State::Expired, Why::GaveUp)];
    assert_eq!(decide(None, &[here], Event::Clock, NOW), Ok(expired));
    let (proposal, mut places) = open(&[A, B]);
    places[0].gives_up_at = Some(NOW);
    assert_eq!(decide(Some(&proposal), &places, Event::Clock, NOW), Ok(vec![]));
}

#[test]
fn who_believes_in_a_proposal_that_is_gone_searches_on() {
    let lost = place(A, State::Proposed);
    let expected = vec![Change::Now(A, State::Searching, Why::OtherGone)];
    assert_eq!(decide(None, &[lost], Event::Clock, NOW), Ok(expected));
}

/// What a database would hold.
#[derive(Debug, Default)]
struct Desk {
    now: i64,
    places: Vec<Place>,
    proposals: Vec<Proposal>,
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<usize>),
    Tell(u8, usize),
    Wait(i64),
}

impl Desk {
    fn play(&mut self, step: &Step) {
        match step {
            Step::Wait(ms) => {
                self.now += ms;
                for at in (0..self.proposals.len()).rev() {
                    self.happen(Some(at), Event::Clock);
                }
                for ticket in self.places.clone() {
                    if ticket.state != State::Proposed {
                        let changes = decide(None, &[ticket], Event::Clock, self.now);
                        self.write(None, &changes.expect("the clock is never refused"));
                    }
                }
            }
            Step::Put(some) => {
                let places: Vec<_> = some.iter().map(|it| self.places[*it]).collect();
                if let Ok((proposal, changes)) = propose(&places, self.now) {
                    self.write(None, &changes);
                    self.proposals.extend(proposal);
                }
            }
            Step::Tell(kind, at) => {
                let ticket = self.places[*at].ticket;
                let event = match kind {
                    0 => Event::Yes(ticket),
                    1 => Event::No(ticket),
                    2 => Event::Cancel(ticket),
                    3 => Event::Left(ticket),
                    4 => Event::Back(ticket),
                    _ => {
                        self.places[*at].active_at = self.now;
                        return;
                    }
                };
                let of = |it: &Proposal| it.asked.iter().any(|it| it.ticket == ticket);
                self.happen(self.proposals.iter().position(of), event);
            }
        }
    }

    fn happen(&mut self, at: Option<usize>, event: Event) {
        let proposal = at.map(|at| &self.proposals[at]);
        if let Ok(changes) = decide(proposal, &self.places, event, self.now) {
            self.write(at, &changes);
        }
    }

    fn write(&mut self, at: Option<usize>, changes: &[Change]) {
        for change in changes {
            match *change {
                Change::SaidYes(ticket) => {
                    let asked = &mut self.proposals[at.expect("an answer has a proposal")].asked;
                    let asked = asked.iter_mut().find(|it| it.ticket == ticket);
                    asked.expect("who answers was asked").said_yes = true;
                }
                Change::Now(ticket, state, _) => {
                    let place = self.place(ticket);
                    assert!(!place.state.is_final(), "{place:?} became {state:?}");
                    place.state = state;
                }
                Change::Away(ticket, since) => self.place(ticket).away_since = since,
                Change::Refused { by, of } => assert_ne!(by, of),
                Change::Closed(_) => {
                    self.proposals.remove(at.expect("what is closed was open"));
                }
            }
        }
    }

    fn place(&mut self, ticket: TicketId) -> &mut Place {
        self.places.iter_mut().find(|it| it.ticket == ticket).expect("the ticket exists")
    }

    /// Who is proposed is asked once; who is asked is proposed; nobody waits for ever.
    fn assert_sound(&self) {
        for place in &self.places {
            let asked = self.proposals.iter().flat_map(|it| &it.asked);
            let times = asked.filter(|it| it.ticket == place.ticket).count();
            assert_eq!(times, usize::from(place.state == State::Proposed), "{self:?}");
        }
        for proposal in &self.proposals {
            assert!(proposal.asked.len() >= 2);
            assert!(proposal.asked.iter().any(|it| !it.said_yes), "{proposal:?} is taken");
            assert!(due(Some(proposal), &self.places).is_some());
        }
    }
}

fn step(people: usize) -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(0..people, 1..4).prop_map(Step::Put),
        6 => (0_u8..6, 0..people).prop_map(|(kind, at)| Step::Tell(kind, at)),
        2 => (0_i64..ANSWER_MS).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_loses_or_doubles_a_ticket(steps in prop::collection::vec(step(6), 0..60)) {
        let places = (0..6).map(|it| place(TicketId(it), State::Searching)).collect();
        let mut desk = Desk { now: NOW, places, proposals: Vec::new() };
        for step in &steps {
            desk.play(step);
            desk.assert_sound();
        }
        // When all is over, no proposal is open.
        desk.play(&Step::Wait(ANSWER_MS));
        prop_assert!(desk.proposals.is_empty());
    }
}
