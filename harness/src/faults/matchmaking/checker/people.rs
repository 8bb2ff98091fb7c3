//! What people did and were told, beside what the database holds.

use super::{
    super::{
        record::{Act, Record, View, What},
        rows::Ticket,
    },
    Check, Rule,
};
use app::protocol::ids::{Millis, ProposalId, TicketId};
use std::collections::HashMap;

/// Who has no socket for so long leaves the queue.
const AWAY_MS: i64 = 20_000;
/// That somebody is back is known everywhere within this time; and clocks are read at other moments
/// than things happen.
const SLACK_MS: i64 = 4_000;

impl Check<'_> {
    /// Each of them.
    pub(super) fn people(&mut self) {
        for record in self.records {
            let Some(user) = record.user else { continue };
            let tickets = self.of_users.get(&user).cloned().unwrap_or_default();
            for ticket in &tickets {
                self.owner_of(record, ticket);
            }
            self.waits(record);
            self.one_room(record);
            self.answers(record);
            self.in_the_end(record, &tickets);
        }
    }

    /// A ticket was asked for, and ended by what its owner did.
    fn owner_of(&mut self, record: &Record, ticket: &Ticket) {
        let (name, id) = (&record.name, ticket.id);
        self.must(Rule::M3, record.acts.iter().any(|it| it.what == What::Asking), || {
            format!("{name} has {id}, and asked for none")
        });
        let Some(ended) = ticket.ended_at else { return };
        let holds = match ticket.state.as_str() {
            "matched" => true,
            "cancelled" => record.did(&What::Stopping, ticket.since, ended.plus(1)),
            "not_answered" => self.was_silent(record, ticket),
            "away" => {
                let since = record.away_since(ended, SLACK_MS);
                since.is_some_and(|it| ended.since(it) >= AWAY_MS - SLACK_MS)
            }
            _ => false,
        };
        self.must(Rule::M3, holds, || {
            format!("{id} of {name} is {} without their doing", ticket.state)
        });
    }

    /// A proposal with that ticket ran out, to which its owner gave no answer that was taken.
    fn was_silent(&self, record: &Record, ticket: &Ticket) -> bool {
        self.places.get(&ticket.id).into_iter().flatten().any(|seat| {
            let proposal = self.proposals.get(&seat.proposal);
            let ran_out = proposal.is_some_and(|it| it.state == "expired");
            let yes = What::Answered { proposal: seat.proposal, yes: true };
            ran_out && !seat.yes && !record.acts.iter().any(|it| it.what == yes)
        })
    }

    /// Of each ticket that was told, the database knows; and it waits since when it did at first.
    fn waits(&mut self, record: &Record) {
        let mut first: HashMap<TicketId, Millis> = HashMap::new();
        let mut asked = None;
        for Act { at, what } in &record.acts {
            if *what == What::Asking {
                asked = asked.or(Some(*at));
            }
            let (What::Told(View::Searching { ticket, since })
            | What::Heard(View::Searching { ticket, since })) = what
            else {
                continue;
            };
            let name = &record.name;
            let known = *first.entry(*ticket).or_insert(*since);
            self.must(Rule::M4, known == *since, || {
                format!("{name} waits since {} ms later than at first", since.since(known))
            });
            let is_before = asked.is_none_or(|it| *since < it) || since > at;
            self.must(Rule::M4, !is_before, || format!("{name} waits since {since:?}: {at:?}"));
            let row = self.tickets.get(ticket).map(|it| it.since);
            self.must(Rule::M3, row.is_some(), || format!("{ticket} of {name} is nowhere"));
            self.must(Rule::M4, row.is_none_or(|it| it == *since), || {
                format!("{ticket} of {name} waits since {since:?}, and in the database {row:?}")
            });
        }
    }

    /// Who is told of a room is told of no other before they left the first.
    fn one_room(&mut self, record: &Record) {
        let mut inside = None;
        for act in &record.acts {
            match act.what {
                What::Told(View::Matched(room)) => {
                    let before = inside.replace(room);
                    self.must(Rule::M1, before.is_none_or(|it| it == room), || {
                        format!("{} is in {room} and in {before:?}", record.name)
                    });
                }
                // The others may have left it, so that it is no more.
                What::Left(_) | What::Told(View::Idle(_)) => inside = None,
                _ => {}
            }
        }
    }

    /// What was answered, and taken, stands.
    fn answers(&mut self, record: &Record) {
        for act in &record.acts {
            let What::Answered { proposal, yes } = act.what else { continue };
            let name = &record.name;
            if yes {
                let stands = self.said_yes(record, proposal);
                self.must(Rule::M5, stands, || format!("{name} said yes to {proposal} in vain"));
            } else {
                let is_matched =
                    self.proposals.get(&proposal).is_none_or(|it| it.state == "matched");
                self.must(Rule::M5, !is_matched, || format!("{name} said no to {proposal}"));
            }
        }
    }

    fn said_yes(&self, record: &Record, proposal: ProposalId) -> bool {
        if self.proposals.get(&proposal).is_some_and(|it| it.state == "matched") {
            return true;
        }
        let mut seats = self.seats.get(&proposal).into_iter().flatten();
        seats.any(|it| Some(it.user) == record.user && it.yes)
    }

    /// What somebody was told last is what the database holds.
    fn in_the_end(&mut self, record: &Record, tickets: &[&Ticket]) {
        let open = tickets.iter().find(|it| it.is_open());
        let agrees = match record.last_told() {
            Some(View::Searching { ticket, .. }) => {
                open.is_some_and(|it| it.id == ticket && it.state == "searching")
            }
            Some(View::Proposed { .. }) => open.is_some_and(|it| it.state == "proposed"),
            Some(View::Idle(_) | View::Matched(_)) | None => open.is_none(),
        };
        self.must(Rule::M3, agrees, || {
            let told = record.last_told();
            format!("{} was told {told:?} in the end, and has {open:?}", record.name)
        });
    }
}
