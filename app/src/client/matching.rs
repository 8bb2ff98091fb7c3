//! How it stands with the user's search for somebody, second by second.

use super::{Client, browser, rest};
use crate::protocol::{
    ids::{Millis, ProposalId, RoomId},
    matching::{MatchState, MatchView},
};
use leptos::{prelude::*, task::spawn_local};

/// The seconds since the user began to wait, or that are left to answer a proposal.
pub(super) fn secs(view: Option<&MatchView>, now: Millis) -> u32 {
    let ms = match view.map(|it| &it.state) {
        Some(MatchState::Searching(it)) => now.since(it.since),
        // The last second counts as one; where the clocks differ a little, there is none too many.
        Some(MatchState::Proposed(it)) => it.until.since(now) + 800,
        _ => 0,
    };
    u32::try_from(ms / 1_000).unwrap_or_default()
}

/// Whether what was asked for says more than what is known. Of a search that goes on those who wait
/// are told more than whoever asks.
fn says_more(known: Option<&MatchView>, asked: &MatchView) -> bool {
    let Some(known) = known else { return true };
    let is_same = match (&known.state, &asked.state) {
        (MatchState::Searching(known), MatchState::Searching(asked)) => {
            known.ticket == asked.ticket
        }
        _ => false,
    };
    known.at <= asked.at && !is_same
}

/// Whether it tells of a search as it stood before what is known. Only of a search: of whoever is in
/// a proposal or room it is told rather twice, however the clocks of the nodes differ.
fn is_old_search(known: Option<&MatchView>, told: &MatchView) -> bool {
    matches!(told.state, MatchState::Searching(_)) && known.is_some_and(|it| it.at > told.at)
}

/// When it was told that somebody like that is here.
fn sighted(view: Option<&MatchView>) -> Option<Millis> {
    view?.lookout.as_ref()?.told
}

impl Client {
    /// Asks how it stands: nobody told what happened while there was no socket.
    pub(super) fn reload_match(self) {
        spawn_local(async move {
            let Ok(view) = rest::load::<MatchView>("match").await else { return };
            if self.matching.with_untracked(|it| says_more(it.as_ref(), &view)) {
                self.match_changed(view);
            }
        });
    }

    /// The room into which the user was matched.
    pub fn matched_room(self) -> Option<RoomId> {
        match self.matching.read().as_ref().map(|it| &it.state) {
            Some(MatchState::Matched { room }) => Some(*room),
            _ => None,
        }
    }

    /// Somebody who was found, and to whom the user has not said anything yet.
    pub fn open_proposal(self) -> Option<ProposalId> {
        match self.matching.read().as_ref().map(|it| &it.state) {
            Some(MatchState::Proposed(it)) if !it.answered => Some(it.proposal),
            _ => None,
        }
    }

    /// It stands otherwise. What was looked up before something happened, and came after it, is
    /// passed over.
    pub(super) fn match_changed(self, view: MatchView) {
        if self.matching.with_untracked(|it| is_old_search(it.as_ref(), &view)) {
            return;
        }
        let before = untrack(|| (self.open_proposal(), self.matched_room()));
        let told = sighted(Some(&view));
        let told = told.filter(|_| self.matching.with_untracked(|it| sighted(it.as_ref()) < told));
        self.matching.set(Some(view));
        self.count_match();
        if let Some(at) = told.filter(|_| !browser::is_attending()) {
            let at = self.texts.clock(at, self.zone_min.get_untracked());
            browser::notify(format!("{} {at}", self.texts.meeting.sighted));
        }
        let (found, room) = untrack(|| (self.open_proposal(), self.matched_room()));
        if room != before.1 {
            self.led_to.set(room);
        }
        // Where there was nothing to say yes to, the room itself is the news.
        let is_led = room.is_some() && room != before.1 && before.0.is_none();
        if (found.is_some() && found != before.0) || is_led {
            if self.chimes {
                browser::chime();
            }
            if !browser::is_attending() {
                browser::notify(self.texts.meeting.ready.to_owned());
            }
        }
    }

    /// Counts on, once a second.
    pub(super) fn count_match(self) {
        let ahead_ms = self.link.with_value(|link| link.ahead_ms);
        let now = browser::now().plus(ahead_ms);
        let secs = secs(self.matching.read_untracked().as_ref(), now);
        if self.secs_of_match.get_untracked() != secs {
            self.secs_of_match.set(secs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{
        ids::{ProposalId, TicketId},
        matching::{Common, Proposed, Searching, Wishes},
    };
    use uuid::Uuid;

    fn check(state: MatchState, now_ms: i64, expected: u32) {
        let view = MatchView { at: Millis(0), waiting: 2, state, lookout: None };
        assert_eq!(secs(Some(&view), Millis(now_ms)), expected);
    }

    fn searching(ticket: u128) -> MatchState {
        MatchState::Searching(Box::new(Searching {
            ticket: TicketId(Uuid::from_u128(ticket)),
            wishes: Wishes::default(),
            since: Millis(1_000),
            usual_secs: None,
            relaxed: vec![],
            best: None,
            savings: vec![],
            about: None,
        }))
    }

    #[test]
    fn what_was_asked_for_counts_where_it_is_news() {
        let view = |at: i64, state| MatchView { at: Millis(at), waiting: 2, state, lookout: None };
        let matched = || MatchState::Matched { room: RoomId(Uuid::nil()) };
        let known = view(5, searching(1));
        assert!(says_more(None, &known));
        assert!(says_more(Some(&known), &view(6, matched())));
        assert!(says_more(Some(&known), &view(6, searching(2))));
        assert!(!says_more(Some(&known), &view(6, searching(1))), "who waits is told more");
        assert!(!says_more(Some(&known), &view(4, matched())), "it is older");
        let room = view(6, matched());
        assert!(is_old_search(Some(&room), &known) && !is_old_search(Some(&known), &room));
        assert!(!is_old_search(Some(&known), &known) && !is_old_search(None, &known));
        assert!(!is_old_search(Some(&view(7, searching(1))), &room), "a room is no search");
    }

    #[test]
    fn waiting_counts_up_and_a_proposal_down() {
        let proposed = || {
            MatchState::Proposed(Box::new(Proposed {
                proposal: ProposalId(Uuid::nil()),
                until: Millis(15_000),
                answered: false,
                people: 2,
                yes: 0,
                languages: vec![],
                interests: vec![],
                common: Common { met: 0, of: 0 },
                about: None,
            }))
        };
        check(searching(0), 900, 0);
        check(searching(0), 15_500, 14);
        check(proposed(), 0, 15);
        check(proposed(), 14_500, 1);
        check(proposed(), 16_500, 0);
        check(MatchState::Idle { ended: None }, 9_000, 0);
    }
}
