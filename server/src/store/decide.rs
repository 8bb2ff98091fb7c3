//! What a batch of changes does to the logs: pure, so that it can be tried in every order.

mod facts;

pub(super) use facts::{
    AccountState, Facts, InviteState, MemberState, RoomState, SanctionState, Settings,
};

use super::{
    Append, AppendError, Appending, Change, Done, MemberRow, Moved, Outcomes, RoomSanction,
};
use crate::planted::{self, Bug};
use app::protocol::{
    ids::{Millis, UserId},
    message::{Entry, What},
    people::Role,
    room::Rank,
};

/// Decides each change in turn, as if each had been its own transaction.
pub(super) fn decide(facts: &mut Facts, batch: &[Append], now: Millis) -> Outcomes {
    batch.iter().map(|append| decide_one(facts, append, now)).collect()
}

fn decide_one(facts: &mut Facts, append: &Append, now: Millis) -> Result<Done, AppendError> {
    // First of all: what was committed stays so, whatever became of its author since.
    if !planted::has(Bug::NoDedupe)
        && let Some(known) = append.cid.and_then(|it| facts.known.get(&(append.author, it)))
    {
        return Ok(Done::before(Appending { fresh: false, ..*known }));
    }
    if append.login.is_some_and(|it| !facts.logins.contains(&it)) {
        return Err(AppendError::SignedOut);
    }
    if append.fence.is_some() && append.fence < facts.fence {
        return Err(AppendError::Deposed);
    }
    let open = |it: &&RoomState| it.settings.closed_at.is_none();
    let room = facts.rooms.get(&append.room).filter(open).ok_or(AppendError::NoSuchRoom)?.clone();
    let mut turn = Turn { facts, append, now, room, entries: Vec::new(), moved: Vec::new() };
    turn.change()?;
    Ok(turn.finish())
}

/// One change on its way: refused before anything of it is done, or done as a whole.
struct Turn<'a> {
    facts: &'a mut Facts,
    append: &'a Append,
    now: Millis,
    /// The room as it becomes.
    room: RoomState,
    entries: Vec<Entry>,
    moved: Vec<UserId>,
}

impl Turn<'_> {
    fn change(&mut self) -> Result<(), AppendError> {
        match &self.append.change {
            Change::Message(text) => {
                self.member(self.append.author).ok_or(AppendError::NotEntered)?;
                self.tell(What::Message { text: text.clone() });
            }
            Change::Announce(text) => self.tell(What::Announced { text: text.clone() }),
            Change::Join(_) if self.member(self.append.author).is_some() => {}
            Change::Join(_) if self.room.people >= self.room.settings.capacity => {
                return Err(AppendError::Full { capacity: self.room.settings.capacity });
            }
            Change::Join(_) => {
                self.put_in(self.append.author);
                self.tell(What::Joined);
            }
            Change::Leave if self.put_out(self.append.author) => self.tell(What::Left),
            Change::Leave => {}
            Change::Wait(_)
            | Change::StopWaiting
            | Change::Act(_)
            | Change::Accept
            | Change::Lapse(_)
            | Change::Succeed
            | Change::CloseOver => return Err(AppendError::NotAllowed),
        }
        Ok(())
    }

    /// How the user stands as a member.
    fn member(&self, user: UserId) -> Option<&MemberState> {
        self.facts.members.get(&(self.append.room, user))
    }

    /// Appends an entry by the author.
    fn tell(&mut self, what: What) {
        self.tell_of(self.append.author, what);
    }

    /// Appends an entry by somebody.
    fn tell_of(&mut self, author: UserId, what: What) {
        self.room.head = self.room.head.next();
        let name = self.facts.accounts.get(&author).map_or_else(String::new, |it| it.name.clone());
        let cid = self.append.shown_cid();
        let (seq, at) = (self.room.head, self.now);
        self.entries.push(Entry { seq, at, author, name, cid, what });
    }

    /// Makes somebody a member who is none.
    fn put_in(&mut self, user: UserId) {
        let member =
            MemberState { joined_at: self.now, cohost_at: None, speaker: false, said_at: None };
        self.facts.members.insert((self.append.room, user), member);
        self.room.people += 1;
        self.moved.push(user);
    }

    /// Ends a membership; false where there was none.
    fn put_out(&mut self, user: UserId) -> bool {
        let was = self.facts.members.remove(&(self.append.room, user)).is_some();
        if was {
            self.room.people = self.room.people.saturating_sub(1);
            self.moved.push(user);
        }
        was
    }

    /// The rank that a member has.
    fn rank(&self, user: UserId) -> Rank {
        match self.member(user) {
            None => Rank::Member,
            Some(_) if self.room.settings.host == Some(user) => Rank::Host,
            Some(member) if member.cohost_at.is_some() => Rank::Cohost,
            Some(_) => Rank::Member,
        }
    }

    /// Takes over what was done.
    fn finish(mut self) -> Done {
        let moves = std::mem::take(&mut self.moved).into_iter().map(|it| self.moved(it)).collect();
        let place = match self.entries.first() {
            Some(first) => {
                Appending { room: self.append.room, seq: first.seq, at: self.now, fresh: true }
            }
            None => Appending::nothing(self.append.room, self.room.head, self.now),
        };
        if let Some(cid) = self.append.cid.filter(|_| place.fresh) {
            self.facts.known.insert((self.append.author, cid), place);
        }
        self.facts.rooms.insert(self.append.room, self.room);
        Done { place, entries: self.entries, moves }
    }

    fn moved(&self, user: UserId) -> Moved {
        let account = self.facts.accounts.get(&user);
        let now = self.member(user).map(|member| MemberRow {
            id: user,
            name: account.map_or_else(String::new, |it| it.name.clone()),
            role: account.map_or(Role::Guest, |it| it.role),
            rank: self.rank(user),
            muted_until: self.facts.sanctioned(
                self.append.room,
                user,
                RoomSanction::Mute,
                self.now,
            ),
            speaker: member.speaker,
            picture: account.and_then(|it| it.picture.clone()),
        });
        Moved { user, now }
    }
}

#[cfg(test)]
mod tests;
