//! What a batch of changes does to the logs: pure, so that it can be tried in every order.

mod acts;
mod entering;
mod facts;
mod kept;
mod leaving;
mod meeting;
mod questions;
mod rank;
mod speaking;

pub(super) use facts::{
    AccountState, Facts, InviteState, Invites, Known, MemberState, Members, RoomState,
    SanctionState, Sanctions, Settings, Waiting,
};
pub(super) use kept::Kept;
pub(super) use meeting::{Conduct, Meeter, Meeting, Meetings, pair_address};
pub(super) use questions::{PairState, Pairs, Placed};

use super::{
    Append, AppendError, Appending, Change, Done, HostAct, MemberRow, Moved, Outcomes,
    RoomSanction, Way,
};
use crate::planted::{self, Bug};
use app::protocol::{
    ids::{Millis, UserId},
    message::{Deed, Did, Entry, Subject, What},
    people::Role,
};

use facts::Around;
use std::collections::BTreeSet;

/// Decides each change in turn, as if each had been its own transaction.
pub(super) fn decide(facts: &mut Facts, batch: &[Append], now: Millis) -> Outcomes {
    batch.iter().map(|append| decide_one(facts, append, now)).collect()
}

fn decide_one(facts: &mut Facts, append: &Append, now: Millis) -> Result<Done, AppendError> {
    // First of all: what was committed stays so, whatever became of its author since.
    if !planted::has(Bug::NoDedupe)
        && let Some(known) = append.id().and_then(|it| facts.known.get(&it))
    {
        return Ok(Done::before(Appending { fresh: false, ..*known }));
    }
    if append.login.is_some_and(|it| !facts.logins.contains(&it)) {
        return Err(AppendError::SignedOut);
    }
    if append.fence.is_some() && append.fence < facts.fence {
        return Err(AppendError::Deposed);
    }
    let account = facts.accounts.get(&append.author).filter(|_| append.login.is_some());
    if let Some(until) = account.and_then(|it| it.banned_until).filter(|it| *it > now) {
        return Err(AppendError::AccountBanned { until });
    }
    let (room, facts) = facts.around(append.room).ok_or(AppendError::NoSuchRoom)?;
    let mut turn = Turn { facts, append, now, room, entries: Vec::new(), moved: Vec::new() };
    if turn.is_closed() {
        return Err(AppendError::NoSuchRoom);
    }
    turn.change()?;
    Ok(turn.finish())
}

/// One change on its way, made in place: refused before anything of it is done, or done as a
/// whole.
struct Turn<'a> {
    facts: Around<'a>,
    append: &'a Append,
    now: Millis,
    room: &'a mut RoomState,
    entries: Vec<Entry>,
    moved: Vec<UserId>,
}

impl Turn<'_> {
    fn change(&mut self) -> Result<(), AppendError> {
        match &self.append.change {
            Change::Message(text) => return self.say(text),
            Change::Announce(text) => self.tell(What::Announced { text: text.clone() }),
            Change::Join(way) => self.enter(way, false)?,
            Change::Wait(way) => self.enter(way, true)?,
            Change::StopWaiting => self.stop_waiting(self.append.author),
            Change::Leave => self.leave(),
            Change::Act(act) => self.act(act)?,
            Change::Accept => self.accept()?,
            Change::Keep(on) => self.keep(*on)?,
            Change::Open(to) => self.open(*to)?,
            Change::Lapse(sanction) => self.lapse(*sanction),
            Change::Succeed => self.succeed(),
            Change::CloseOver => self.close_over(),
            Change::Ask { back } => self.ask(*back)?,
            Change::Answer { asked, text } => self.answer(*asked, text)?,
            Change::Skip(asked) => self.skip(*asked)?,
            Change::SetQuestions(settings) => self.set_questions(settings)?,
            Change::AskByClock => self.ask_by_clock(),
        }
        self.fill_places();
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
        let name = self.name(author);
        // A question that a message brings up stands right after it, with no id of its own.
        let cid = self.append.shown_cid().filter(|_| matches!(what, What::Message { .. }));
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

    /// Ends a membership.
    fn put_out(&mut self, user: UserId) {
        self.facts.members.remove(&(self.append.room, user));
        self.room.people = self.room.people.saturating_sub(1);
        self.moved.push(user);
    }

    /// Appends what the author did.
    fn tell_did(&mut self, deed: Deed, subject: Option<UserId>, text: &str) {
        self.tell_did_of(self.append.author, deed, subject, text);
    }

    /// Appends what somebody did.
    fn tell_did_of(&mut self, author: UserId, deed: Deed, subject: Option<UserId>, text: &str) {
        let subject = subject.map(|id| self.subject(id));
        self.tell_of(author, What::Did(Did { deed, subject, until: None, text: text.to_owned() }));
    }

    /// Appends what the author did to somebody until then.
    fn tell_until(&mut self, deed: Deed, user: UserId, until: Millis, text: &str) {
        let (subject, until) = (Some(self.subject(user)), until.ending());
        self.tell(What::Did(Did { deed, subject, until, text: text.to_owned() }));
    }

    fn subject(&self, id: UserId) -> Subject {
        Subject { id, name: self.name(id) }
    }

    fn name(&self, user: UserId) -> String {
        self.facts.accounts.get(&user).map_or_else(String::new, |it| it.name.clone())
    }

    /// Tells what was done.
    fn finish(mut self) -> Done {
        let users = BTreeSet::from_iter(std::mem::take(&mut self.moved));
        let moves = users.into_iter().map(|it| self.moved(it)).collect();
        let place = match self.entries.first() {
            Some(first) => {
                Appending { room: self.append.room, seq: first.seq, at: self.now, fresh: true }
            }
            None => Appending::nothing(self.append.room, self.room.head, self.now),
        };
        if let Some(cid) = self.append.cid.filter(|_| place.fresh) {
            self.facts.known.insert((self.append.author, cid), place);
        }
        Done { place, entries: self.entries, moves }
    }

    fn moved(&self, user: UserId) -> Moved {
        let account = self.facts.accounts.get(&user);
        let now = self.member(user).map(|member| MemberRow {
            id: user,
            name: self.name(user),
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
