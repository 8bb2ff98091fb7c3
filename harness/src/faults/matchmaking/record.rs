//! What somebody who looks for people did and was told, in order. Pure.

use app::protocol::{
    ids::{Millis, ProposalId, RoomId, TicketId, UserId},
    matching::{Ended, MatchState, MatchView},
};

/// Something that happened, by the clock that the servers have, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) at: Millis,
    pub(super) what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The socket is open.
    Connected,
    /// The socket is gone.
    Disconnected,
    /// A search is asked for; who knows whether that arrives.
    Asking,
    /// The search is to end.
    Stopping,
    /// A proposal is answered.
    Answering { proposal: ProposalId, yes: bool },
    /// The answer was taken.
    Answered { proposal: ProposalId, yes: bool },
    /// The room is left.
    Leaving(RoomId),
    /// The room was left, or is no more.
    Left(RoomId),
    /// How it stands, as the answer to a request: these come in the order of what they tell.
    Told(View),
    /// How it stands, as a socket brought it: perhaps later than what was told since.
    Heard(View),
}

/// How it stands with somebody's search, as far as it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Idle(Option<Ended>),
    Searching { ticket: TicketId, since: Millis },
    Proposed { proposal: ProposalId, answered: bool },
    Matched(RoomId),
}

impl View {
    /// None for what only newer servers tell.
    pub(super) fn of(view: &MatchView) -> Option<Self> {
        match &view.state {
            MatchState::Idle { ended } => Some(Self::Idle(*ended)),
            MatchState::Searching(it) => {
                Some(Self::Searching { ticket: it.ticket, since: it.since })
            }
            MatchState::Proposed(it) => {
                Some(Self::Proposed { proposal: it.proposal, answered: it.answered })
            }
            MatchState::Matched { room } => Some(Self::Matched(*room)),
            MatchState::Unknown => None,
        }
    }
}

/// All of one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) user: Option<UserId>,
    pub(super) acts: Vec<Act>,
    /// Their place was given to somebody new.
    pub(super) is_over: bool,
}

impl Record {
    /// How it stood when it was last asked for.
    pub(super) fn last_told(&self) -> Option<View> {
        self.last().map(|it| it.1)
    }

    /// Whether nothing more happens to them unless others do something, as seen since then.
    pub(super) fn has_settled(&self, since: Millis) -> bool {
        let rests = |it| !matches!(it, View::Matched(_) | View::Proposed { .. });
        self.is_over || self.last().is_some_and(|(at, view)| at > since && rests(view))
    }

    fn last(&self) -> Option<(Millis, View)> {
        self.acts.iter().rev().find_map(|it| match it.what {
            What::Told(view) => Some((it.at, view)),
            _ => None,
        })
    }

    /// Whether something was done within those moments.
    pub(super) fn did(&self, what: &What, from: Millis, to: Millis) -> bool {
        self.acts.iter().any(|it| it.what == *what && (from..=to).contains(&it.at))
    }

    /// Since when there is no socket at that moment, or was none until shortly before.
    pub(super) fn away_since(&self, at: Millis, slack_ms: i64) -> Option<Millis> {
        let mut since = None;
        for act in self.acts.iter().take_while(|it| it.at <= at) {
            match act.what {
                What::Disconnected => since = Some(act.at),
                What::Connected if at.since(act.at) > slack_ms => since = None,
                _ => {}
            }
        }
        since
    }
}
