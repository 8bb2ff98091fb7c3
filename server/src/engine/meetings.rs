//! Rooms of people who were matched, as those in them see them: with the others behind a veil
//! until all agree to names.

use super::{Engine, Who, clock};
use crate::{
    store::{Change, EntryPage, NewReport},
    veil::Veil,
};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    matching::{AboutRoom, MeetingView, Openness},
    message::{Deed, What},
    order::Why,
    refusal::Refusal,
    room::RoomKind,
};

/// The newest entries go along with a report, sealed.
const SEALED_ENTRIES: usize = 50;

/// What is to be done about the other when somebody leaves a room of people who were matched.
#[derive(Clone, Debug, Default)]
pub struct Parting {
    /// Never to be matched with them again.
    pub block: bool,
    /// To report them: why, and what there is to say.
    pub report: Option<(Why, String)>,
    /// Of several, whom, by the id that the user knows them by.
    pub who: Option<UserId>,
}

impl Engine {
    /// Sets whether the user wants to keep a match room; once all want to, it is kept.
    pub async fn keep(&self, who: &Who, room: RoomId, keep: bool) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        self.change(who.into(), room, None, Change::Keep(keep)).await?;
        Ok(())
    }

    /// Sets up to where the user is willing to show themselves in a match room.
    pub async fn open_up(&self, who: &Who, room: RoomId, to: Openness) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        self.change(who.into(), room, None, Change::Open(to)).await?;
        Ok(())
    }

    /// The user leaves a room of people who were matched, which is gone with them if they were
    /// two; before, the other is reported and blocked as they like.
    pub async fn part(&self, who: &Who, room: RoomId, parting: Parting) -> Result<(), Refusal> {
        let found = self.read(who.user, room)?;
        if !matches!(found.kind(), RoomKind::Match | RoomKind::Pair) {
            return Err(Refusal::NotAllowed);
        }
        let Parting { block, report, who: named } = parting;
        if block || report.is_some() {
            let veil = found.veil();
            let other = match named {
                Some(id) => veil.behind(who.user, id).filter(|it| found.has(*it)),
                None => found.other(who.user),
            };
            let other = other.filter(|it| *it != who.user).ok_or(Refusal::NotFound)?;
            if let Some((why, text)) = report {
                let page = self.store().entries(room, None, None, SEALED_ENTRIES).await?;
                let (by, against, excerpt) = (who.user, other, page.entries);
                let room = Some((room, String::new()));
                let report = NewReport { by, against, room, seq: None, why, text, excerpt };
                self.store().report(&report, clock::now()).await?;
            }
            match veil.mask(who.user, other).filter(|_| block) {
                // To be apart elsewhere, too, would tell who it was.
                Some(mask) => self.store().shun((who.user, other), mask, clock::now()).await?,
                None if block => self.block(who.user, other).await?,
                None => {}
            }
            if block {
                self.store().note_blocked(other, clock::now()).await?;
            }
        }
        self.change(who.into(), room, None, Change::Leave).await?;
        Ok(())
    }

    /// With whom a user is not to be matched now, whatever both wish.
    pub(super) fn never_with(&self, user: UserId) -> Vec<UserId> {
        let mut others = self.apart_from(user);
        others.extend(self.tied_to(user));
        others
    }

    /// With whom a user is in a match or pair room.
    fn tied_to(&self, user: UserId) -> Vec<UserId> {
        let rooms = self.hub().rooms_of(user);
        let tied = rooms.iter().filter(|it| matches!(it.kind(), RoomKind::Match | RoomKind::Pair));
        tied.flat_map(|it| it.users()).filter(|it| *it != user).collect()
    }

    /// A page of a room's log as that user may see it.
    pub async fn entries(
        &self,
        reader: UserId,
        room: RoomId,
        (after, before): (Option<Seq>, Option<Seq>),
        limit: usize,
    ) -> Result<EntryPage, Refusal> {
        let found = self.read(reader, room)?;
        let mut page = self.store().entries(room, after, before, limit).await?;
        // Looked at after the log was read: what was agreed on meanwhile holds.
        let mut veil = found.veil();
        if !veil.is_lifted() && page.entries.iter().any(|it| lifts(&it.what)) {
            // This node has not heard of it yet.
            let users = found.users();
            veil.lift(|it| users.contains(&it));
        }
        for entry in &mut page.entries {
            veil.entry(reader, entry);
        }
        Ok(page)
    }

    /// Whom the readers of a room do not know.
    pub(super) fn veil(&self, room: RoomId) -> Veil {
        self.hub().room(room).map(|it| it.veil()).unwrap_or_default()
    }

    /// Who is meant by an id that the reader knows from that room.
    pub fn behind(&self, reader: UserId, room: RoomId, id: UserId) -> Result<UserId, Refusal> {
        self.read(reader, room)?.veil().behind(reader, id).ok_or(Refusal::NotFound)
    }

    /// What there is of a match or pair room beyond its log, as one of those in it may see it; none
    /// of other rooms.
    pub async fn meeting(
        &self,
        reader: UserId,
        room: RoomId,
    ) -> Result<Option<MeetingView>, Refusal> {
        let found = self.read(reader, room)?;
        if !matches!(found.kind(), RoomKind::Match | RoomKind::Pair) || !found.has(reader) {
            return Ok(None);
        }
        let Some(row) = self.store().meeting(room, reader).await? else { return Ok(None) };
        let is_match = found.kind() == RoomKind::Match;
        let questions = self.questions_view(reader, room).await?.unwrap_or_default();
        Ok(Some(MeetingView {
            openness: row.openness,
            mine: row.mine,
            keep: row.keep,
            languages: row.common.languages,
            interests: row.common.interests,
            about: if is_match { self.topic(reader, room).await? } else { None },
            settings: questions.settings,
            asked: questions.asked,
            answered: questions.answered,
            skips_left: questions.skips_left,
        }))
    }

    /// What those in a match room came to talk about, by the search that led the reader there.
    async fn topic(&self, reader: UserId, room: RoomId) -> Result<Option<AboutRoom>, Refusal> {
        let search = self.store().search_of(reader).await?;
        let search = search.filter(|it| it.room == Some(room));
        let about = search.and_then(|it| it.ticket.wishes.about);
        Ok(about.and_then(|it| self.about_room(reader, it)))
    }
}

/// Whether those in the room know each other from that entry on.
fn lifts(what: &What) -> bool {
    match what {
        What::Did(did) if did.deed == Deed::Kept => true,
        What::Did(did) => did.deed == Deed::Opened && did.text == Openness::Names.name(),
        _ => false,
    }
}
