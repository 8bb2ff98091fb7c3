//! What pages, REST and bots ask of the engine. Each asks for somebody, and what they may not know
//! of is answered like what is not there.

use super::{By, Engine, Own, Room, Who, direct::is_listed, sight::Sight};
use crate::{
    cluster::Word,
    engine::{clock, session::mailbox::ReplyTo},
    store::{Appending, Change, HostAct, StoreResult, Way},
};
use app::protocol::{
    ids::{Cid, RoomId, UserId},
    message::MessageText,
    packets::Acked,
    people::{Person, Role},
    powers::Power,
    refusal::Refusal,
    room::{Act, RoomKind, Standing},
    snapshot::RoomSummary,
};

impl Engine {
    /// The channels in the order of lists, then the rooms that the user is a member of.
    pub fn rooms_of(&self, user: UserId) -> Vec<RoomSummary> {
        let channels = self.hub().channels();
        let channels = channels.iter().filter(|it| it.sight(user) > Sight::Absent);
        let channels = channels.map(|it| RoomSummary { mine: false, ..it.summary_for(user) });
        let own = self.0.hub.rooms_of(user);
        let own = own.iter().filter(|it| it.kind() != RoomKind::Channel);
        let own = own.map(|it| self.summary(it, user));
        let mut own: Vec<_> = own.filter(is_listed).collect();
        own.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        channels.chain(own).collect()
    }

    /// The room of that id, or the channel of that name, where the user may know that it is
    /// there.
    pub fn room(&self, address: &str, user: UserId) -> Option<RoomSummary> {
        let room = self.hub().at(address)?;
        (room.sight(user) > Sight::Absent).then(|| self.summary(&room, user))
    }

    /// As [`Engine::room`], where the user may read it.
    pub fn readable(&self, address: &str, user: UserId) -> Result<RoomSummary, Refusal> {
        let room = self.hub().at(address).ok_or(Refusal::NoSuchRoom)?;
        Ok(self.summary(&*self.read(user, room.id)?, user))
    }

    /// A room as that user may see it.
    pub(super) fn summary(&self, room: &Room, user: UserId) -> RoomSummary {
        let mut summary = room.summary_for(user);
        self.shade_room(user, room.other(user), &mut summary);
        summary
    }

    /// The room as its door shows it to somebody who comes with a good invitation, hidden or not.
    pub fn invited(&self, user: UserId, room: RoomId) -> Option<RoomSummary> {
        let room = self.hub().room(room).filter(|it| it.kind().has_host())?;
        Some(room.summary_for(user))
    }

    /// The members of a room and their presence.
    pub fn people(&self, room: RoomId, user: UserId) -> Result<Vec<Person>, Refusal> {
        let room = self.read(user, room)?;
        let (mut people, veil) = (room.people(user), room.veil());
        self.shade(user, &mut people);
        Ok(people.into_iter().map(|it| veil.person(user, it)).collect())
    }

    /// Whether that user is a member of that room.
    pub fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.hub().room(room).is_some_and(|it| it.has(user))
    }

    /// How that user, of that role, stands in a room; as a stranger where they may not know of it.
    pub fn standing(&self, user: UserId, role: Role, room: RoomId) -> Standing {
        let room = self.found(user, room);
        room.map(|it| it.standing(user, role)).unwrap_or_default()
    }

    /// Makes the user a member of the room; nothing where they are one.
    pub async fn enter(&self, who: &Who, room: RoomId) -> Result<RoomSummary, Refusal> {
        self.enter_by(who, room, Way::Plain).await
    }

    /// As [`Engine::enter`], but in another way. With an invitation also where the room is hidden:
    /// the caller has seen it to be good.
    pub async fn enter_by(
        &self,
        who: &Who,
        room: RoomId,
        way: Way,
    ) -> Result<RoomSummary, Refusal> {
        self.knows_of(who.user, room, &way)?;
        self.change(who.into(), room, None, Change::Join(way)).await?;
        Ok(self.found(who.user, room)?.summary_for(who.user))
    }

    /// Lets the user wait for a place in a full room; makes them a member where there is one.
    pub async fn wait(&self, who: &Who, room: RoomId, way: Way) -> Result<(), Refusal> {
        self.knows_of(who.user, room, &way)?;
        self.change(who.into(), room, None, Change::Wait(way)).await?;
        Ok(())
    }

    /// The user waits no longer; nothing where they did not. Also for a hidden room into which they
    /// were invited: the caller has seen that they may know of it.
    pub async fn stop_waiting(&self, who: &Who, room: RoomId) -> Result<(), Refusal> {
        self.end_waiting(who.into(), room).await
    }

    /// As [`Engine::stop_waiting`]; those who stand at the door and perhaps waited behind them are
    /// told.
    pub(super) async fn end_waiting(&self, by: By, room: RoomId) -> Result<(), Refusal> {
        self.change(by, room, None, Change::StopWaiting).await?;
        for mailbox in self.hub().crowd().watchers(room) {
            mailbox.bring(|news| news.counted(room));
        }
        Ok(())
    }

    fn knows_of(&self, user: UserId, room: RoomId, way: &Way) -> Result<(), Refusal> {
        match way {
            Way::Plain | Way::PasswordShown(_) => self.found(user, room).map(drop),
            Way::Invited(_) | Way::LetIn => Ok(()),
        }
    }

    /// Does something in a room by the user's powers there. The caller has made sure that texts
    /// and numbers are within their limits; with a new password comes its hash.
    pub async fn act(
        &self,
        who: &Who,
        room: RoomId,
        act: Act,
        password: Option<String>,
    ) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        let act = HostAct::new(act, password, clock::now());
        self.change(who.into(), room, None, Change::Act(act)).await?;
        Ok(())
    }

    /// Lets whoever asked to write to the user in a direct room do so.
    pub async fn accept(&self, who: &Who, room: RoomId) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        self.change(who.into(), room, None, Change::Accept).await?;
        Ok(())
    }

    /// A room was made in the store, or something about it changed there that its log does not
    /// tell: looks it up here, before this returns, and lets the other nodes look it up too.
    pub async fn room_changed(&self, room: RoomId) -> StoreResult<()> {
        self.0.cluster.tell(Word::RoomChanged(room));
        self.refresh(room).await
    }

    /// Takes over what the store knows of these rooms and this node perhaps does not yet, for
    /// other nodes write, too: that there are such rooms, and that the user is a member. For
    /// rooms that the user may not know of the same is done as for such that there are not.
    pub(crate) async fn arrive(&self, user: UserId, rooms: &[RoomId]) -> StoreResult<()> {
        let below = |sight| move |it: &RoomId| self.sight(user, *it) < sight;
        let mut outside: Vec<_> = rooms.iter().copied().filter(below(Sight::Inside)).collect();
        if outside.is_empty() {
            return Ok(());
        }
        let absent: Vec<_> = outside.iter().copied().filter(below(Sight::Door)).collect();
        let mut new = self.store().rooms_now(&absent).await?;
        new.retain(|it| self.hub().room(it.row.id).is_none());
        self.take_new(new);
        let own = self.store().rooms_of(user).await?;
        outside.retain(|it| own.contains(it) && below(Sight::Inside)(it));
        for room in outside {
            self.refresh(room).await?;
        }
        Ok(())
    }

    async fn refresh(&self, room: RoomId) -> StoreResult<()> {
        match self.hub().room(room) {
            Some(room) => room.refresh(self.store()).await,
            None => self.load_new(&[room]).await,
        }
    }

    /// Ends the user's membership of the room; nothing where there is none.
    pub async fn leave(&self, who: &Who, room: RoomId) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        self.change(who.into(), room, None, Change::Leave).await?;
        Ok(())
    }

    /// Says something. When this returns, it is stored and will survive.
    pub async fn say(
        &self,
        who: &Who,
        room: RoomId,
        cid: Cid,
        text: String,
    ) -> Result<Acked, Refusal> {
        self.found(who.user, room)?;
        let text = MessageText::try_from(text)?;
        let done = self.change(who.into(), room, Some(cid), Change::Message(text.into())).await?;
        Ok(Acked { cid, room: done.room, seq: done.seq, at: done.at })
    }

    /// Tells something to a room that one may know of, or to every channel; for admins.
    pub async fn announce(
        &self,
        who: &Who,
        room: Option<RoomId>,
        text: String,
    ) -> Result<(), Refusal> {
        if !who.role.may(Power::Announce) {
            return Err(Refusal::NotAllowed);
        }
        let text = MessageText::try_from(text)?;
        let rooms = match room {
            Some(id) => vec![self.found(who.user, id)?.id],
            None => self.hub().channels().iter().map(|it| it.id).collect(),
        };
        for room in rooms {
            let change = Change::Announce(text.as_str().to_owned());
            self.change(who.into(), room, None, change).await?;
        }
        Ok(())
    }

    /// Asks a room for a change in its log.
    pub(super) async fn change(
        &self,
        by: By,
        room: RoomId,
        cid: Option<Cid>,
        change: Change,
    ) -> Result<Appending, Refusal> {
        let room = self.hub().room(room).ok_or(Refusal::NoSuchRoom)?;
        let (reply, outcome) = ReplyTo::once();
        let own = cid.map(|cid| Own { cid, after: None });
        self.command(&room, by, own, change, reply);
        // Dropped without an answer: the store failed, and that was logged.
        outcome.await.unwrap_or(Err(Refusal::Internal))
    }
}
