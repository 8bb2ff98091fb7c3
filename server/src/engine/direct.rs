//! Two people who write to each other: requests and blocks.

use super::{Engine, Who, clock};
use crate::store::{Change, NewReport, Way};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    order::Why,
    packets::{Lost, ServerPacket},
    pages::Blocked,
    powers::Power,
    refusal::Refusal,
    room::{Request, RequestAnswer, RoomKind},
    snapshot::RoomSummary,
};

/// The newest entries go along with a report.
const REPORTED_ENTRIES: usize = 20;

impl Engine {
    /// The room of these two, where there is one, with the user in it.
    pub async fn direct(&self, who: &Who, other: UserId) -> Result<Option<RoomSummary>, Refusal> {
        if other == who.user {
            return Err(Refusal::CannotToOneself);
        }
        let Some(room) = self.store().direct_room(who.user, other).await? else {
            return Ok(None);
        };
        if self.hub().room(room).is_none() {
            self.load_new(&[room]).await?;
        }
        if !self.is_member(who.user, room) {
            self.change(who.into(), room, None, Change::Join(Way::LetIn)).await?;
        }
        self.direct_summary(who.user, room).map(Some)
    }

    /// Makes the room of these two, in which the user asks to write. The other learns of it by the
    /// first message.
    pub async fn ask_to_write(&self, who: &Who, other: UserId) -> Result<RoomSummary, Refusal> {
        if !who.role.may(Power::WriteFirst) {
            return Err(Refusal::NotAllowed);
        }
        self.store().user(other).await?.ok_or(Refusal::NotFound)?;
        if self.are_apart(who.user, other) {
            return Err(Refusal::NotReachable);
        }
        let room = self.store().make_direct_room(who.user, other, clock::now()).await?;
        self.room_changed(room).await?;
        self.direct_summary(who.user, room)
    }

    fn direct_summary(&self, user: UserId, room: RoomId) -> Result<RoomSummary, Refusal> {
        self.room(&room.to_string(), user).ok_or(Refusal::NoSuchRoom)
    }

    /// Answers a request. Who asked is told nothing but that they may write, if they may.
    pub async fn answer_request(
        &self,
        who: &Who,
        room: RoomId,
        answer: RequestAnswer,
        report: Option<(Why, String)>,
    ) -> Result<(), Refusal> {
        let summary = self.read(who.user, room)?.summary_for(who.user);
        let asker = summary.peer.filter(|_| summary.request == Request::Received);
        let asker = asker.ok_or(Refusal::NotFound)?;
        if let Some((why, text)) = report {
            self.report_request(who.user, asker, &summary, (why, text)).await?;
        }
        match answer {
            RequestAnswer::Accept => {
                self.change(who.into(), room, None, Change::Accept).await?;
                self.room_changed(room).await?;
            }
            RequestAnswer::Refuse | RequestAnswer::RefuseAndBlock => {
                if answer == RequestAnswer::RefuseAndBlock {
                    self.block(who.user, asker).await?;
                }
                self.store().refuse_request(room, who.user).await?;
                self.room_changed(room).await?;
                let lost = Lost { room, deed: None, reason: String::new() };
                self.tell_user(who.user, &ServerPacket::Lost(lost));
            }
        }
        Ok(())
    }

    async fn report_request(
        &self,
        by: UserId,
        against: UserId,
        room: &RoomSummary,
        (why, text): (Why, String),
    ) -> Result<(), Refusal> {
        let page = self.store().entries(room.id, None, None, REPORTED_ENTRIES).await?;
        let room = Some((room.id, room.name.clone()));
        let report = NewReport { by, against, room, seq: None, why, text, excerpt: page.entries };
        self.store().report(&report, clock::now()).await?;
        Ok(())
    }

    /// Sets whether a member wants to be told of a room.
    pub async fn set_quiet(&self, user: UserId, room: &str, quiet: bool) -> Result<(), Refusal> {
        let mut room = self.readable(room, user)?;
        if !self.store().set_quiet(room.id, user, quiet).await? {
            return Err(Refusal::NotEntered);
        }
        room.quiet = quiet;
        self.tell_user(user, &ServerPacket::Gained(room));
        Ok(())
    }

    /// Marks those of a user's rooms of which they do not want to be told.
    pub async fn mark_quiet(&self, user: UserId, rooms: &mut [RoomSummary]) -> Result<(), Refusal> {
        let quiet = self.store().quiet_rooms(user).await?;
        for room in rooms.iter_mut() {
            room.quiet = quiet.contains(&room.id);
        }
        Ok(())
    }

    /// Up to where the other one of a direct room has seen its log.
    pub async fn seen_by_peer(&self, room: &RoomSummary, user: UserId) -> Result<Seq, Refusal> {
        let other = self.hub().room(room.id).and_then(|it| it.other(user));
        match other {
            Some(peer) if !self.are_apart(user, peer) => {
                Ok(self.store().seen(room.id, peer).await?)
            }
            _ => Ok(Seq::ZERO),
        }
    }

    /// Whom a user has blocked, the last one first.
    pub async fn blocks(&self, user: UserId) -> Result<Vec<Blocked>, Refusal> {
        Ok(self.store().blocks(user).await?)
    }

    /// From now on these two have nothing to do with each other. The other is not told.
    pub async fn block(&self, user: UserId, other: UserId) -> Result<(), Refusal> {
        if user == other {
            return Err(Refusal::CannotToOneself);
        }
        if !self.store().block(user, other, clock::now()).await? {
            return Err(Refusal::NotFound);
        }
        Ok(self.blocks_changed(user).await?)
    }

    /// Takes a block back.
    pub async fn unblock(&self, user: UserId, other: UserId) -> Result<(), Refusal> {
        self.store().unblock(user, other).await?;
        Ok(self.blocks_changed(user).await?)
    }
}

/// Whether a list shows the room to its reader: not while somebody who asks has said nothing, nor
/// after the reader refused them.
pub(super) fn is_listed(room: &RoomSummary) -> bool {
    let asks = room.kind == RoomKind::Direct && room.request == Request::Received;
    !asks || (room.head.get() > 0 && !room.locked)
}
