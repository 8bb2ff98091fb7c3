//! What hosts, co-hosts and moderators do to members and to the room.

use super::{AppendError, Deed, HostAct, RoomSanction, SanctionState, Turn};
use app::protocol::{
    ids::UserId,
    limits::{LARGE_PEOPLE_MAX, ROOM_PEOPLE_MAX, ROOM_PEOPLE_MIN},
    room::{Act, Door, RoomKind},
    speed::SpeedPlan,
};

impl Turn<'_> {
    pub(super) fn act(&mut self, it: &HostAct) -> Result<(), AppendError> {
        if self.closes_by_power(&it.act) {
            return self.act_on_room(it);
        }
        if self.member(self.append.author).is_none() && !self.is_found() {
            return Err(AppendError::NoSuchRoom);
        }
        if self.authority() < it.act.rank() || !self.is_for(&it.act) {
            return Err(AppendError::NotAllowed);
        }
        match it.act.subject() {
            Some(user) if user == self.append.author => Err(AppendError::CannotToOneself),
            Some(user) if !self.facts.accounts.contains_key(&user) => Err(AppendError::NotFound),
            Some(user) => self.act_on(it, user),
            None => self.act_on_room(it),
        }
    }

    /// Whether it is something for a room of this kind. What a channel is called and takes stands
    /// in the configuration.
    fn is_for(&self, act: &Act) -> bool {
        match self.room.settings.kind {
            RoomKind::Channel => matches!(
                act,
                Act::Kick { .. }
                    | Act::Ban { .. }
                    | Act::Unban { .. }
                    | Act::Mute { .. }
                    | Act::Unmute { .. }
                    | Act::Slow { .. }
                    | Act::Speed { .. }
                    | Act::SpeedOver
                    | Act::Lock { .. }
            ),
            RoomKind::Private | RoomKind::Temporary => !matches!(act, Act::Speaker { .. }),
            RoomKind::Large => true,
            RoomKind::Direct | RoomKind::Match | RoomKind::Pair | RoomKind::Unknown => false,
        }
    }

    fn act_on(&mut self, it: &HostAct, user: UserId) -> Result<(), AppendError> {
        match &it.act {
            Act::Kick { reason, .. } => {
                self.may_against(user)?;
                self.is_member(user)?;
                self.part(user);
                self.tell_did(Deed::Kicked, Some(user), reason);
                self.settle(user);
            }
            Act::Ban { reason, .. } => {
                self.may_against(user)?;
                self.ban(it, user, reason);
            }
            Act::Mute { reason, .. } => {
                self.may_against(user)?;
                self.is_member(user)?;
                if self.impose(it, user, (RoomSanction::Mute, reason)) {
                    self.moved.push(user);
                    self.tell_until(Deed::Muted, user, it.until, reason);
                }
            }
            Act::Unban { .. } => self.lift(user, RoomSanction::Ban),
            Act::Unmute { .. } => self.lift(user, RoomSanction::Mute),
            _ => self.promote(&it.act, user)?,
        }
        Ok(())
    }

    fn ban(&mut self, it: &HostAct, user: UserId, reason: &str) {
        if !self.impose(it, user, (RoomSanction::Ban, reason)) {
            return;
        }
        self.stop_waiting(user);
        let was_member = self.member(user).is_some();
        if was_member {
            self.part(user);
        }
        self.tell_until(Deed::Banned, user, it.until, reason);
        if was_member {
            self.settle(user);
        }
    }

    /// Gives a member other powers.
    fn promote(&mut self, act: &Act, user: UserId) -> Result<(), AppendError> {
        self.is_member(user)?;
        match act {
            Act::Yield { .. } => {
                self.set_cohost(self.append.author, true);
                self.make_host(user);
                self.tell_did(Deed::Hosted, Some(user), "");
            }
            Act::Cohost { on, .. } => {
                if self.member(user).is_some_and(|it| it.cohost_at.is_some() != *on) {
                    self.set_cohost(user, *on);
                    let deed = if *on { Deed::CohostMade } else { Deed::CohostEnded };
                    self.tell_did(deed, Some(user), "");
                }
            }
            Act::Speaker { on, .. } => {
                let place = (self.append.room, user);
                let member = self.facts.members.get_mut(&place).filter(|it| it.speaker != *on);
                if let Some(member) = member {
                    member.speaker = *on;
                    self.moved.push(user);
                    let deed = if *on { Deed::SpeakerMade } else { Deed::SpeakerEnded };
                    self.tell_did(deed, Some(user), "");
                }
            }
            Act::Successor { .. } => self.room.settings.successor = Some(user),
            _ => return Err(AppendError::NotAllowed),
        }
        Ok(())
    }

    fn is_member(&self, user: UserId) -> Result<(), AppendError> {
        self.member(user).map(|_| ()).ok_or(AppendError::NotFound)
    }

    /// Sets a sanction; false where the very same stands already, so that of two who ban at once
    /// one does.
    fn impose(
        &mut self,
        it: &HostAct,
        user: UserId,
        (sanction, reason): (RoomSanction, &str),
    ) -> bool {
        let place = (self.append.room, user, sanction);
        let new = SanctionState {
            until: it.until,
            reason: reason.to_owned(),
            by: self.append.author,
            at: self.now,
        };
        match self.facts.sanctions.insert(place, new) {
            Some(was) if was.until == it.until => {
                self.facts.sanctions.insert(place, was);
                return false;
            }
            Some(_) => {}
            None => self.room.settings.sanctions += 1,
        }
        true
    }

    /// Ends a sanction, where there is one.
    pub(super) fn lift(&mut self, user: UserId, sanction: RoomSanction) {
        if self.facts.sanctions.remove(&(self.append.room, user, sanction)).is_none() {
            return;
        }
        self.room.settings.sanctions = self.room.settings.sanctions.saturating_sub(1);
        if self.member(user).is_some() {
            self.moved.push(user);
        }
        let deed = match sanction {
            RoomSanction::Ban => Deed::Unbanned,
            RoomSanction::Mute => Deed::Unmuted,
        };
        self.tell_did(deed, Some(user), "");
    }

    fn act_on_room(&mut self, it: &HostAct) -> Result<(), AppendError> {
        let settings = &mut self.room.settings;
        match &it.act {
            Act::Successor { .. } => settings.successor = None,
            Act::Rename { name } => {
                settings.name = Some(name.clone());
                self.tell_did(Deed::Renamed, None, name);
            }
            Act::Topic { topic } => {
                settings.topic = Some(topic.clone());
                self.tell_did(Deed::TopicSet, None, topic);
            }
            Act::Capacity { capacity } => self.set_capacity(*capacity)?,
            Act::Slow { secs } if settings.slow_secs != *secs => {
                settings.slow_secs = *secs;
                self.tell_did(Deed::SlowSet, None, &secs.to_string());
            }
            Act::Lock { on } if settings.locked != *on => {
                settings.locked = *on;
                self.tell_did(if *on { Deed::Locked } else { Deed::Unlocked }, None, "");
            }
            Act::Slow { .. } | Act::Lock { .. } => {}
            Act::Door { door, .. } => self.set_door(*door, it.password.as_ref())?,
            Act::Speed { .. } | Act::SpeedOver => self.set_speed(&it.act),
            Act::Close { reason } => self.close(reason),
            // Those done to somebody are above.
            _ => return Err(AppendError::NotAllowed),
        }
        Ok(())
    }

    /// Sets speed rounds up, or calls them off.
    fn set_speed(&mut self, act: &Act) {
        let room = self.append.room;
        if let Act::Speed { rounds, mins, in_mins, weekly } = *act {
            let next_at = self.now.plus(i64::from(in_mins) * 60_000);
            let plan = SpeedPlan { rounds, mins, weekly, done: 0, next_at };
            self.facts.speed.insert(room, Some(plan));
            self.tell_did(Deed::SpeedSet, None, &format!("{rounds} × {mins}"));
        } else {
            self.facts.speed.insert(room, None);
            self.tell_did(Deed::SpeedEnded, None, "");
        }
    }

    fn set_capacity(&mut self, capacity: u32) -> Result<(), AppendError> {
        let settings = &mut self.room.settings;
        let large = settings.kind == RoomKind::Large;
        let most = if large { LARGE_PEOPLE_MAX } else { ROOM_PEOPLE_MAX };
        if !(ROOM_PEOPLE_MIN..=most).contains(&capacity) {
            return Err(AppendError::NotAllowed);
        }
        if settings.capacity != capacity {
            settings.capacity = capacity;
            self.tell_did(Deed::CapacitySet, None, &capacity.to_string());
        }
        Ok(())
    }

    /// Sets how one comes in. A password is forgotten with its door.
    fn set_door(&mut self, door: Door, new: Option<&String>) -> Result<(), AppendError> {
        let settings = &mut self.room.settings;
        let password = match door {
            Door::Password => new.or(settings.password.as_ref()).cloned(),
            Door::Open | Door::Invite => None,
        };
        if door == Door::Password && password.is_none() {
            return Err(AppendError::NotAllowed);
        }
        if (settings.door, &settings.password) != (door, &password) {
            settings.door = door;
            settings.password = password;
            self.tell_did(Deed::DoorSet, None, door.name());
        }
        Ok(())
    }
}
