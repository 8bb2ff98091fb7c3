//! Whether nobody was matched twice, no ticket was lost and all waiting times were kept: judged by
//! what people did and were told, and by what the database holds in the end. Pure.

mod people;
mod proposals;

use super::{
    record::Record,
    rows::{Proposal, Rows, Seat, Ticket},
};
use app::protocol::ids::{Millis, ProposalId, TicketId, UserId};
use std::{collections::HashMap, fmt};

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rule {
    /// Nobody is in two matches, proposals or match rooms at a time; no ticket is matched twice;
    /// nobody is in a room for which they were not matched.
    M1,
    /// Who met is not matched again the same day.
    M2,
    /// Each ticket waits, is proposed, was matched, or ended by its owner's doing.
    M3,
    /// The waiting time of a ticket never moves.
    M4,
    /// A yes that was taken stands; a no does, too; where all said yes, there is a match.
    M5,
    /// In the end somebody leads: no proposal is open beyond its time.
    M6,
    /// No node panicked, and the database finds no damage in itself.
    M7,
}

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) rule: Rule,
    pub(super) what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:?}: {}", self.rule, self.what)
    }
}

/// Everything that is known, and what was found wrong with it.
struct Check<'a> {
    records: &'a [Record],
    rows: &'a Rows,
    tickets: HashMap<TicketId, &'a Ticket>,
    proposals: HashMap<ProposalId, &'a Proposal>,
    seats: HashMap<ProposalId, Vec<&'a Seat>>,
    /// The places of each ticket.
    places: HashMap<TicketId, Vec<&'a Seat>>,
    of_users: HashMap<UserId, Vec<&'a Ticket>>,
    /// When the database was read.
    end: Millis,
    found: Vec<Broken>,
}

/// Judges a run of which the database was read at `end`.
pub(super) fn check(records: &[Record], rows: &Rows, end: Millis) -> Vec<Broken> {
    let mut check = Check {
        records,
        rows,
        tickets: rows.tickets.iter().map(|it| (it.id, it)).collect(),
        proposals: rows.proposals.iter().map(|it| (it.id, it)).collect(),
        seats: HashMap::new(),
        places: HashMap::new(),
        of_users: HashMap::new(),
        end,
        found: Vec::new(),
    };
    for seat in &rows.seats {
        check.seats.entry(seat.proposal).or_default().push(seat);
        check.places.entry(seat.ticket).or_default().push(seat);
    }
    for ticket in &rows.tickets {
        check.of_users.entry(ticket.user).or_default().push(ticket);
    }
    check.tickets_at_a_time();
    check.proposals();
    check.rooms();
    check.people();
    check.found.sort_by_key(|it| it.rule);
    check.found
}

impl Check<'_> {
    fn must(&mut self, rule: Rule, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.found.push(Broken { rule, what: what() });
        }
    }
}

#[cfg(test)]
mod tests;
