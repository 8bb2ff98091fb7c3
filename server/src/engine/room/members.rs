//! The members of a room: who they are, whether they are at hand, and what readers are told of it.

use super::{Room, State};
use crate::{
    cluster::{Roster, Typed as TypedElsewhere, Word},
    engine::{clock, encode::frame},
    store::{MemberRow, User},
};
use app::protocol::{
    ids::{Millis, UserId},
    packets::{PeopleChanged, ServerPacket, Typed},
    people::{Person, Presence},
    room::{Rank, RoomKind},
};
use axum::extract::ws::Utf8Bytes;
use std::{collections::HashMap, sync::Arc};

/// Typing lines that one room sends at a time; more would be noise.
const TYPING_LINES_MAX: usize = 5;

/// A member as the room knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// As others see them; whether they are muted is seen by the clock.
    person: Person,
    pub(super) muted_until: Option<Millis>,
}

impl Member {
    pub(super) fn new(row: MemberRow, presence: Presence) -> Self {
        let person = Person {
            rank: row.rank,
            speaker: row.speaker,
            picture: row.picture,
            ..Person::new(row.id, row.name, row.role, presence)
        };
        Self { person, muted_until: row.muted_until }
    }

    pub(super) fn person(&self) -> Person {
        Person { muted: self.is_muted(), ..self.person.clone() }
    }

    fn is_muted(&self) -> bool {
        self.muted_until.is_some_and(|it| clock::now() < it)
    }

    pub(super) const fn rank(&self) -> Rank {
        self.person.rank
    }

    pub(super) const fn speaks(&self) -> bool {
        self.person.speaker
    }

    /// Whether the people list of a room of that kind has them, for others than themselves.
    pub(super) fn is_listed(&self, kind: RoomKind) -> bool {
        let stands_out = self.person.speaker || self.person.rank > Rank::Member;
        stands_out || !matches!(kind, RoomKind::Large)
    }
}

pub(super) fn members(rows: Vec<MemberRow>, roster: &Roster) -> HashMap<UserId, Member> {
    let member = |row: MemberRow| (row.id, Member::new(row.clone(), roster.of(row.id)));
    rows.into_iter().map(member).collect()
}

impl Room {
    /// The members as that user sees them: who is here first, then by name.
    pub(crate) fn people(&self, reader: UserId) -> Vec<Person> {
        let mut people = self.state().listed(reader);
        people.sort_by(|a, b| (a.presence, &a.name).cmp(&(b.presence, &b.name)));
        people
    }

    /// All members.
    pub(crate) fn users(&self) -> Vec<UserId> {
        self.state().people.keys().copied().collect()
    }

    /// Whether that user is a member.
    pub(crate) fn has(&self, user: UserId) -> bool {
        self.state().people.contains_key(&user)
    }

    /// Somebody types here, on this node.
    pub(crate) fn type_here(&self, user: UserId, name: Arc<str>) {
        if self.note_typing(user, name.clone()) {
            let name = name.to_string();
            self.around.cluster.tell(Word::Typed(TypedElsewhere { room: self.id, user, name }));
        }
    }

    /// Somebody types here. Others see it at the next [`Room::publish_volatile`]. False when
    /// nothing comes of it.
    pub(crate) fn note_typing(&self, user: UserId, name: Arc<str>) -> bool {
        let mut state = self.state();
        let known = state.typing.iter().any(|(it, _)| *it == user);
        let fits =
            state.people.contains_key(&user) && !known && state.typing.len() < TYPING_LINES_MAX;
        if fits {
            state.typing.push((user, name));
            self.note_rounds(&mut state);
        }
        fits
    }

    /// A user's presence, name, role or picture may have changed.
    pub(crate) fn note_user(&self, user: UserId, renamed: Option<&User>) {
        let presence = self.around.roster.of(user);
        let mut state = self.state();
        let Some(member) = state.people.get_mut(&user) else { return };
        let person = &mut member.person;
        let before = person.clone();
        person.presence = presence;
        if let Some(user) = renamed {
            person.name.clone_from(&user.name);
            person.role = user.role;
            person.picture.clone_from(&user.picture);
        }
        if *person == before {
            return;
        }
        state.mark(user, false);
        if state.row.kind.is_intimate() {
            // In the other's list it is called so, and shows whether they are at hand.
            let others = state.people.keys().filter(|it| **it != user);
            self.around.crowd.each_of(others, |mailbox| self.tell_gained(mailbox));
        }
        self.note_rounds(&mut state);
    }

    /// A member is to be shown again as they are, though nothing about them changed.
    pub(crate) fn show_again(&self, user: UserId) {
        let mut state = self.state();
        state.mark(user, false);
        if state.row.kind.is_intimate() {
            self.tell_members(&state);
        }
        self.note_rounds(&mut state);
    }

    /// Tells all readers something that may be missed.
    pub(crate) fn post(&self, frame: Utf8Bytes) {
        let mut state = self.state();
        state.volatile.push(frame);
        state.readers.wake();
    }

    /// Anybody's presence may have changed.
    pub(crate) fn note_everybody(&self) {
        let mut state = self.state();
        let State { people, changed, .. } = &mut *state;
        for Member { person, .. } in people.values_mut() {
            let presence = self.around.roster.of(person.id);
            let before = std::mem::replace(&mut person.presence, presence);
            if before != presence {
                changed.insert(person.id);
            }
        }
        state.forget_unlisted();
        self.note_rounds(&mut state);
    }

    /// Tells readers what changed among the people, and who types.
    pub(crate) fn publish_volatile(&self) {
        let mut state = self.state();
        state.stirred = false;
        if state.changed.is_empty() && state.typing.is_empty() {
            return;
        }
        let changed = std::mem::take(&mut state.changed);
        if !changed.is_empty() {
            let mut packet =
                PeopleChanged { room: self.id, all: false, people: Vec::new(), gone: Vec::new() };
            for user in changed {
                match state.people.get(&user).filter(|it| it.is_listed(state.row.kind)) {
                    Some(member) => packet.people.push(member.person()),
                    None => packet.gone.push(user),
                }
            }
            state.volatile.push(frame(&ServerPacket::PeopleChanged(packet)));
        }
        for (user, name) in std::mem::take(&mut state.typing) {
            let typed = Typed { room: self.id, user, name: name.to_string() };
            state.volatile.push(frame(&ServerPacket::Typed(typed)));
        }
        state.readers.wake();
    }

    /// The people were read: puts them in the place of those that were known.
    pub(super) fn replace_people(&self, state: &mut State, rows: Vec<MemberRow>) {
        let now = members(rows, &self.around.roster);
        let before = std::mem::replace(&mut state.people, now);
        let crowd = &self.around.crowd;
        for (user, member) in &before {
            let now = state.people.get(user);
            if now.is_none() {
                crowd.left(*user, self.id);
            }
            if now != Some(member) {
                state.mark(*user, member.is_listed(state.row.kind));
            }
        }
        let added: Vec<_> =
            state.people.keys().filter(|it| !before.contains_key(*it)).copied().collect();
        for user in &added {
            crowd.joined(*user, self.id);
            state.mark(*user, false);
        }
        if state.row.kind != RoomKind::Channel {
            crowd.each_of(added.iter(), |mailbox| self.tell_gained(mailbox));
        }
    }

    /// Notes that there is something to tell at the next rounds.
    pub(super) fn note_rounds(&self, state: &mut State) {
        let stirs = !state.changed.is_empty() || !state.typing.is_empty() || state.closed;
        if stirs && !std::mem::replace(&mut state.stirred, true) {
            self.around.rounds.volatile.note(self.id);
        }
        if state.told != (state.count(), state.feed.ring().head())
            && !std::mem::replace(&mut state.counted, true)
        {
            self.around.rounds.counts.note(self.id);
        }
    }
}

impl State {
    /// The people as that user sees them, in any order.
    pub(super) fn listed(&self, reader: UserId) -> Vec<Person> {
        let is_listed = |it: &&Member| it.is_listed(self.row.kind) || it.person.id == reader;
        self.people.values().filter(is_listed).map(Member::person).collect()
    }

    /// Readers are to be told of that user, who changed, came or went, if the people list has
    /// them, or had them before.
    pub(super) fn mark(&mut self, user: UserId, was_listed: bool) {
        let kind = self.row.kind;
        if was_listed || self.people.get(&user).is_some_and(|it| it.is_listed(kind)) {
            self.changed.insert(user);
        }
    }

    /// Of those whom the people list does not have nobody is told.
    fn forget_unlisted(&mut self) {
        let Self { people, changed, row, .. } = self;
        changed.retain(|it| people.get(it).is_none_or(|it| it.is_listed(row.kind)));
    }

    /// How many they are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }
}
