//! What the database alone tells: tickets, proposals, rooms.

use super::{
    super::{
        record::What,
        rows::{Proposal, Seat, Ticket},
    },
    Check, Rule,
};
use std::collections::{HashMap, HashSet};

/// Who leads looks every second; a machine that is busy does so later.
const LATE_MS: i64 = 10_000;

impl Check<'_> {
    /// Of one user, one ticket begins after the other ended.
    pub(super) fn tickets_at_a_time(&mut self) {
        let mut found = Vec::new();
        for (user, tickets) in &self.of_users {
            let mut tickets = tickets.clone();
            tickets.sort_by_key(|it| (it.since, it.id));
            for two in tickets.windows(2) {
                if two[0].ended_at.is_none_or(|it| it > two[1].since) {
                    found.push(format!("{user} has {} beside {}", two[0].id, two[1].id));
                }
            }
        }
        for two in found {
            self.must(Rule::M1, false, || two);
        }
        for ticket in &self.rows.tickets {
            self.places_of(ticket);
        }
    }

    /// A ticket has the places in proposals that its state says.
    fn places_of(&mut self, ticket: &Ticket) {
        let places = self.places.get(&ticket.id).map(Vec::as_slice).unwrap_or_default();
        let held = places.iter().filter(|it| it.held).count();
        let open = places.iter().filter(|it| it.open).count();
        let (id, state) = (ticket.id, ticket.state.as_str());
        let expected = match state {
            "proposed" => (1, 1),
            "matched" => (1, 0),
            _ => (0, 0),
        };
        self.must(Rule::M1, held <= 1 && open <= 1, || {
            format!("{id} is held by {held} proposals, {open} of them open")
        });
        self.must(Rule::M3, (held, open) == expected, || {
            format!("{id} is {state}, held by {held} proposals, {open} of them open")
        });
        let is_ended = ticket.ended_at.is_some();
        self.must(Rule::M3, is_ended != ticket.is_open(), || {
            format!("{id} is {state}, and ended at {:?}", ticket.ended_at)
        });
    }

    /// Each proposal became of its answers what it must.
    pub(super) fn proposals(&mut self) {
        let mut met: HashMap<_, _> = HashMap::new();
        for proposal in &self.rows.proposals {
            self.proposal(proposal);
            if proposal.state != "matched" {
                continue;
            }
            let mut users: Vec<_> =
                self.seats.get(&proposal.id).into_iter().flatten().map(|it| it.user).collect();
            users.sort_unstable();
            for (place, one) in users.iter().enumerate() {
                for other in &users[place + 1..] {
                    let before = met.insert((*one, *other), proposal.id);
                    self.must(Rule::M2, before.is_none(), || {
                        format!("{one} and {other} met in {before:?} and in {}", proposal.id)
                    });
                }
            }
        }
    }

    fn proposal(&mut self, proposal: &Proposal) {
        let id = proposal.id;
        let seats = self.seats.get(&id).cloned().unwrap_or_default();
        let all_yes = seats.iter().all(|it| it.yes);
        let is_matched = proposal.state == "matched";
        self.must(Rule::M1, seats.len() >= 2, || format!("{id} is of {} people", seats.len()));
        // The last yes makes the match, and is not written down beside it.
        let unwilling = seats.iter().filter(|it| !it.yes && !self.says_yes(it)).count();
        self.must(Rule::M5, !is_matched || unwilling == 0, || {
            format!("{id} is a match, and {unwilling} did not say yes")
        });
        // Who said yes may have gone afterwards.
        let may_break = matches!(proposal.state.as_str(), "cancelled" | "refused");
        self.must(Rule::M5, is_matched || may_break || !all_yes, || {
            format!("all said yes to {id}, which is {}", proposal.state)
        });
        self.must(Rule::M1, is_matched == proposal.room.is_some(), || {
            format!("{id} is {}, with the room {:?}", proposal.state, proposal.room)
        });
        let is_late = proposal.state == "open" && self.end.since(proposal.until) > LATE_MS;
        self.must(Rule::M6, !is_late, || format!("{id} is open {LATE_MS} ms after its end"));
    }

    fn says_yes(&self, seat: &Seat) -> bool {
        let yes = What::Answering { proposal: seat.proposal, yes: true };
        let record = self.records.iter().find(|it| it.user == Some(seat.user));
        record.is_some_and(|it| it.acts.iter().any(|it| it.what == yes))
    }

    /// Who is in a match room was matched into it, and is in no other.
    pub(super) fn rooms(&mut self) {
        let mut matched = HashSet::new();
        let mut rooms = HashSet::new();
        let rows = self.rows;
        for proposal in &rows.proposals {
            let Some(room) = proposal.room else { continue };
            self.must(Rule::M1, rooms.insert(room), || format!("{room} is of two proposals"));
            let seats = self.seats.get(&proposal.id).into_iter().flatten();
            matched.extend(seats.map(|it| (room, it.user)));
        }
        let mut inside = HashMap::new();
        for (room, user) in &rows.members {
            self.must(Rule::M1, matched.contains(&(*room, *user)), || {
                format!("{user} is in {room}, and was not matched into it")
            });
            if let Some(other) = inside.insert(*user, *room) {
                self.must(Rule::M1, false, || format!("{user} is in {room} and in {other}"));
            }
        }
    }
}
