//! The decisions themselves.

use super::{AWAY_MS, Asked, Change, Event, Outcome, Place, Proposal, Refusal, State, Terms, Why};
use crate::ids::TicketId;

/// Puts searching tickets together. With the changes comes the proposal to keep, or none where
/// everybody did something a moment ago: they are matched at once.
pub fn propose(places: &[Place], now: i64) -> Result<(Option<Proposal>, Vec<Change>), Refusal> {
    propose_on(Terms::USUAL, places, now)
}

/// As [`propose`], on other terms.
pub fn propose_on(
    terms: Terms,
    places: &[Place],
    now: i64,
) -> Result<(Option<Proposal>, Vec<Change>), Refusal> {
    let mut tickets: Vec<_> = places.iter().map(|it| it.ticket).collect();
    tickets.sort_unstable();
    if tickets.len() < 2 || tickets.windows(2).any(|it| it[0] == it[1]) {
        return Err(Refusal::NotSeveral);
    }
    if places.iter().any(|it| it.state != State::Searching || it.away_since.is_some()) {
        return Err(Refusal::NotSearching);
    }
    let asked: Vec<_> = places
        .iter()
        .map(|it| Asked {
            ticket: it.ticket,
            said_yes: now.saturating_sub(it.active_at) < terms.active_ms,
        })
        .collect();
    if asked.iter().all(|it| it.said_yes) {
        return Ok((None, all(&asked, State::Matched, Why::Taken)));
    }
    let changes = all(&asked, State::Proposed, Why::Proposed);
    Ok((Some(Proposal { asked, until: now.saturating_add(terms.answer_ms) }), changes))
}

/// What an event does to a proposal and its tickets; without a proposal, to the one ticket in
/// `places`. `places` has a place for each ticket of the proposal.
pub fn decide(
    proposal: Option<&Proposal>,
    places: &[Place],
    event: Event,
    now: i64,
) -> Result<Vec<Change>, Refusal> {
    let place = |ticket| places.iter().find(|it| it.ticket == ticket).ok_or(Refusal::NotAsked);
    match event {
        // Whoever is out of it by now is not met.
        Event::Yes(_) if proposal.is_some() && places.iter().any(|it| it.state.is_final()) => {
            Err(Refusal::NoProposal)
        }
        Event::Yes(ticket) => yes(asked_of(proposal, place(ticket)?, now)?, ticket),
        Event::No(ticket) => Ok(no(asked_of(proposal, place(ticket)?, now)?, ticket)),
        Event::Cancel(ticket) => cancel(proposal, place(ticket)?),
        Event::Left(ticket) => Ok(left(place(ticket)?, now)),
        Event::Back(ticket) => Ok(back(place(ticket)?)),
        Event::Clock => Ok(match proposal {
            Some(proposal) => clock(proposal, places, now),
            None => places.iter().filter_map(|it| expired(it, now)).collect(),
        }),
    }
}

/// When the clock next has something to do, if nothing else happens.
pub fn due(proposal: Option<&Proposal>, places: &[Place]) -> Option<i64> {
    let away = places
        .iter()
        .filter(|it| !it.state.is_final())
        .filter_map(|it| it.away_since)
        .map(|it| it.saturating_add(AWAY_MS));
    let searching = places.iter().filter(|it| it.state == State::Searching);
    away.chain(searching.filter_map(|it| it.gives_up_at)).chain(proposal.map(|it| it.until)).min()
}

/// The proposal that somebody answers, while answers count.
fn asked_of<'a>(
    proposal: Option<&'a Proposal>,
    place: &Place,
    now: i64,
) -> Result<&'a Proposal, Refusal> {
    let Some(proposal) = proposal else {
        return Err(match place.state {
            State::Matched => Refusal::AlreadyMatched,
            State::Searching | State::Proposed | State::Cancelled | State::Expired => {
                Refusal::NoProposal
            }
        });
    };
    if !proposal.asked.iter().any(|it| it.ticket == place.ticket) {
        return Err(Refusal::NotAsked);
    }
    if now >= proposal.until { Err(Refusal::TooLate) } else { Ok(proposal) }
}

fn yes(proposal: &Proposal, ticket: TicketId) -> Result<Vec<Change>, Refusal> {
    if proposal.asked.iter().any(|it| it.ticket == ticket && it.said_yes) {
        return Err(Refusal::AlreadyAnswered);
    }
    if proposal.asked.iter().any(|it| it.ticket != ticket && !it.said_yes) {
        return Ok(vec![Change::SaidYes(ticket)]);
    }
    let mut changes = all(&proposal.asked, State::Matched, Why::Taken);
    changes.push(Change::Closed(Outcome::Taken));
    Ok(changes)
}

/// A no counts even after a yes, as long as somebody else is still asked.
fn no(proposal: &Proposal, by: TicketId) -> Vec<Change> {
    let others = proposal.asked.iter().map(|it| it.ticket).filter(|it| *it != by);
    let mut changes: Vec<_> = others.map(|of| Change::Refused { by, of }).collect();
    changes.push(Change::Now(by, State::Searching, Why::Refused));
    let gone = |ticket| ticket == by;
    changes.extend(back_to_searching(proposal, gone));
    changes.push(Change::Closed(Outcome::Refused));
    changes
}

/// To cancel again changes nothing, and is no fault.
fn cancel(proposal: Option<&Proposal>, place: &Place) -> Result<Vec<Change>, Refusal> {
    let ticket = place.ticket;
    match place.state {
        State::Matched => return Err(Refusal::AlreadyMatched),
        State::Cancelled | State::Expired => return Ok(Vec::new()),
        State::Searching | State::Proposed => {}
    }
    let mut changes = vec![Change::Now(ticket, State::Cancelled, Why::Cancelled)];
    if let Some(proposal) = proposal.filter(|it| it.asked.iter().any(|it| it.ticket == ticket)) {
        changes.extend(back_to_searching(proposal, |it| it == ticket));
        changes.push(Change::Closed(Outcome::Broken));
    }
    Ok(changes)
}

fn left(place: &Place, now: i64) -> Vec<Change> {
    let is_new = !place.state.is_final() && place.away_since.is_none();
    is_new.then_some(Change::Away(place.ticket, Some(now))).into_iter().collect()
}

/// Who comes back before the clock has noticed that it is too late stays.
fn back(place: &Place) -> Vec<Change> {
    let is_new = !place.state.is_final() && place.away_since.is_some();
    is_new.then_some(Change::Away(place.ticket, None)).into_iter().collect()
}

fn clock(proposal: &Proposal, places: &[Place], now: i64) -> Vec<Change> {
    let is_over = now >= proposal.until;
    let gone: Vec<_> = proposal
        .asked
        .iter()
        .filter_map(|it| {
            let place = places.iter().find(|place| place.ticket == it.ticket);
            let why = if place.is_some_and(|it| is_gone(it, now)) {
                Why::Away
            } else if is_over && !it.said_yes {
                Why::NoAnswer
            } else {
                return None;
            };
            Some(Change::Now(it.ticket, State::Expired, why))
        })
        .collect();
    if gone.is_empty() {
        return gone;
    }
    let is_gone = |ticket| gone.iter().any(|it| matches!(it, Change::Now(it, ..) if *it == ticket));
    let rest: Vec<_> = back_to_searching(proposal, is_gone).collect();
    let outcome = if is_over { Outcome::Unanswered } else { Outcome::Broken };
    gone.into_iter().chain(rest).chain([Change::Closed(outcome)]).collect()
}

/// What the clock does to a ticket that no proposal is open with. One that believes in a proposal
/// which is gone searches on.
fn expired(place: &Place, now: i64) -> Option<Change> {
    let (state, why) = match place.state {
        State::Searching | State::Proposed if is_gone(place, now) => (State::Expired, Why::Away),
        State::Searching if place.gives_up_at.is_some_and(|at| now >= at) => {
            (State::Expired, Why::GaveUp)
        }
        State::Proposed => (State::Searching, Why::OtherGone),
        State::Searching | State::Matched | State::Cancelled | State::Expired => return None,
    };
    Some(Change::Now(place.ticket, state, why))
}

fn is_gone(place: &Place, now: i64) -> bool {
    place.away_since.is_some_and(|since| now.saturating_sub(since) >= AWAY_MS)
}

fn back_to_searching(
    proposal: &Proposal,
    is_gone: impl Fn(TicketId) -> bool,
) -> impl Iterator<Item = Change> {
    let rest = proposal.asked.iter().map(|it| it.ticket).filter(move |it| !is_gone(*it));
    rest.map(|it| Change::Now(it, State::Searching, Why::OtherGone))
}

fn all(asked: &[Asked], state: State, why: Why) -> Vec<Change> {
    asked.iter().map(|it| Change::Now(it.ticket, state, why)).collect()
}
