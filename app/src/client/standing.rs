//! How the user stands in the room shown: by rank and role, muted, waiting out a slow mode.

use super::{
    Client, browser,
    rest::{self, LoadError},
};
use crate::protocol::{
    ids::{Millis, RoomId},
    message::{Deed, Did, Entry, What},
    people::{Person, Role},
    refusal::Refusal,
    room::{Act, Door, Rank, RoomKind, Standing},
    snapshot::RoomSummary,
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// For ever.
const FOR_EVER: Millis = Millis(i64::MAX);

/// What stands where one writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The user is no member, and may become one.
    Outside,
    /// The user may not speak until then.
    Muted(Millis),
    /// Only those speak whom the host lets.
    Listening,
    /// The user may write.
    May,
}

/// The rank by which somebody acts in a room: their own, or what their role gives them there.
pub fn rank_in(room: &RoomSummary, rank: Rank, role: Role) -> Rank {
    let by_role =
        match room.kind {
            _ if !role.may(crate::protocol::powers::Power::Moderate) => Rank::Member,
            RoomKind::Channel => Rank::Host,
            RoomKind::Direct | RoomKind::Match | RoomKind::Pair | RoomKind::Unknown => Rank::Member,
            RoomKind::Private | RoomKind::Temporary | RoomKind::Large => {
                if room.door == Door::Invite { Rank::Member } else { Rank::Cohost }
            }
        };
    rank.max(by_role)
}

impl Client {
    /// What the user may do in the room shown.
    pub fn rank(self) -> Rank {
        let role = self.me.read().as_ref().map_or(Role::Guest, |it| it.role);
        let rank = self.standing.read().rank;
        self.room().map_or(rank, |room| rank_in(&room, rank, role))
    }

    /// The rank by which the user may act against somebody in the room shown; none where not.
    pub fn rank_over(self, person: &Person) -> Option<Rank> {
        let me = self.me.get()?;
        let room = self.room()?;
        let own = self.standing.read().rank;
        let by_role =
            if me.role.is_above(person.role) { rank_in(&room, Rank::Member, me.role) } else { own };
        let rank = own.max(by_role);
        (me.id != person.id && rank > person.rank && rank > Rank::Member).then_some(rank)
    }

    /// What stands where one writes.
    pub fn voice(self) -> Voice {
        if !self.entered.get() {
            return Voice::Outside;
        }
        let standing = self.standing.read();
        let is_large = self.room().is_some_and(|it| it.kind == RoomKind::Large);
        match standing.muted_until {
            Some(until) => Voice::Muted(until),
            None if is_large && !standing.speaker && standing.rank == Rank::Member => {
                Voice::Listening
            }
            None => Voice::May,
        }
    }

    /// Does something by the user's powers in the room shown.
    pub fn act(self, act: &Act) {
        let (Some(room), Ok(body)) = (self.room_id_now(), serde_json::to_string(act)) else {
            return;
        };
        self.trouble.set(None);
        spawn_local(async move {
            let done = rest::post(&format!("rooms/{room}/acts"), &body).await;
            if self.room_id_now() != Some(room) {
                return;
            }
            match done {
                Ok(_) => self.reload_people(),
                Err(LoadError::Refused(reason)) => self.trouble.set(Some(reason)),
                Err(LoadError::Unreachable) => self.trouble.set(Some(Refusal::Unknown)),
            }
        });
    }

    /// Takes in what the log of the room shown tells about the user's own standing.
    pub(super) fn stand_by(self, added: &[Arc<Entry>]) {
        let Some(me) = self.my_id_now() else { return };
        for entry in added {
            if let What::Did(did) = &entry.what
                && did.subject.as_ref().is_some_and(|it| it.id == me)
            {
                self.standing.update(|it| change(it, did));
            }
        }
    }

    /// Takes in how the people list shows the user.
    pub(super) fn stand_as(self, person: &Person) {
        let before = self.standing.get_untracked();
        let muted_until = person.muted.then(|| before.muted_until.unwrap_or(FOR_EVER));
        let (rank, speaker) = (person.rank, person.speaker);
        let now = Standing { rank, muted_until, speaker, ..before };
        if now != before {
            self.standing.set(now);
        }
    }

    /// The user said something in a room: where it is slow, a pause begins.
    pub(super) fn spoke_in(self, room: RoomId) {
        if self.room_id_now() != Some(room) || untrack(|| self.rank()) > Rank::Member {
            return;
        }
        let slow_secs = untrack(|| self.room()).map_or(0, |it| it.slow_secs);
        if slow_secs > 0 {
            self.must_wait(i64::from(slow_secs) * 1000);
        }
    }

    /// The user may send again in so long.
    pub(super) fn must_wait(self, pause_ms: i64) {
        let until = self.server_now().plus(pause_ms);
        self.standing.update(|it| it.next_send_at = Some(until));
        self.count_standing();
    }

    /// Once a second: what the clock changes.
    pub(super) fn count_standing(self) {
        let now = self.server_now();
        let standing = self.standing.get_untracked();
        if standing.muted_until.is_some_and(|it| it <= now) {
            self.standing.update(|it| it.muted_until = None);
        }
        let left = secs_until(standing.next_send_at, now);
        if self.secs_to_send.get_untracked() != left {
            self.secs_to_send.set(left);
        }
    }

    /// The server's clock, as far as this tab knows it.
    fn server_now(self) -> Millis {
        browser::now().plus(self.link.with_value(|link| link.ahead_ms))
    }
}

/// The whole seconds until a moment; 0 where it has passed, or there is none.
pub(super) fn secs_until(moment: Option<Millis>, now: Millis) -> u32 {
    let left_ms = moment.map_or(0, |it| it.since(now)).max(0);
    u32::try_from((left_ms + 999) / 1000).unwrap_or(u32::MAX)
}

fn change(standing: &mut Standing, did: &Did) {
    match did.deed {
        Deed::Muted => standing.muted_until = Some(did.until.unwrap_or(FOR_EVER)),
        Deed::Unmuted => standing.muted_until = None,
        Deed::Hosted => standing.rank = Rank::Host,
        Deed::CohostMade => standing.rank = Rank::Cohost,
        Deed::CohostEnded => standing.rank = Rank::Member,
        Deed::SpeakerMade => standing.speaker = true,
        Deed::SpeakerEnded => standing.speaker = false,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn roles_act_where_rooms_can_be_found_only() {
        let room = |kind, door| RoomSummary {
            door,
            ..RoomSummary::new(RoomId(Uuid::nil()), kind, "a".into(), 8)
        };
        for (kind, door, rank) in [
            (RoomKind::Channel, Door::Open, Rank::Host),
            (RoomKind::Private, Door::Open, Rank::Cohost),
            (RoomKind::Large, Door::Password, Rank::Cohost),
            (RoomKind::Private, Door::Invite, Rank::Member),
            (RoomKind::Direct, Door::Invite, Rank::Member),
        ] {
            let room = room(kind, door);
            assert_eq!(rank_in(&room, Rank::Member, Role::Moderator), rank, "{kind:?}");
            assert_eq!(rank_in(&room, Rank::Member, Role::Member), Rank::Member, "{kind:?}");
            assert_eq!(rank_in(&room, Rank::Host, Role::Guest), Rank::Host, "{kind:?}");
        }
    }

    #[test]
    fn a_pause_is_told_in_whole_seconds() {
        assert_eq!(secs_until(None, Millis(5)), 0);
        assert_eq!(secs_until(Some(Millis(4)), Millis(5)), 0);
        assert_eq!(secs_until(Some(Millis(1_001)), Millis(0)), 2);
    }
}
