//! What one user may know of another, and of the direct rooms between them.

use super::{Engine, direct::is_listed};
use app::protocol::{
    ids::UserId,
    pages::{Profile, Talk},
    people::Presence,
    refusal::Refusal,
    room::RoomKind,
    snapshot::RoomSummary,
};
use std::collections::HashMap;

impl Engine {
    /// Somebody as a reader sees them: where one of the two has blocked the other, the bare name.
    pub async fn profile(&self, reader: UserId, user: UserId) -> Result<Profile, Refusal> {
        let row = self.store().profile(user).await?.ok_or(Refusal::NotFound)?;
        let blocks = self.store().blocks(reader).await?;
        let bare = Profile {
            id: user,
            name: row.name,
            role: row.role,
            presence: Presence::Offline,
            picture: None,
            about: String::new(),
            languages: Vec::new(),
            interests: Vec::new(),
            since: row.since,
            rooms: Vec::new(),
            blocked: blocks.iter().any(|it| it.id == user),
        };
        if self.are_apart(reader, user) {
            return Ok(bare);
        }
        Ok(Profile {
            presence: self.0.roster.of(user),
            picture: row.picture,
            about: row.about,
            languages: row.languages,
            interests: row.interests,
            rooms: self.shared_rooms(reader, user),
            ..bare
        })
    }

    /// The rooms in which both see each other.
    fn shared_rooms(&self, reader: UserId, user: UserId) -> Vec<RoomSummary> {
        let shows_people = |kind: RoomKind| kind != RoomKind::Large && !kind.is_intimate();
        let rooms = self.hub().rooms_of(reader);
        let mut rooms: Vec<RoomSummary> = rooms
            .iter()
            .filter(|it| it.has(user))
            .map(|it| it.summary_for(reader))
            .filter(|it| shows_people(it.kind))
            .collect();
        rooms.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        rooms
    }

    /// A user's direct rooms, those with the newest words first.
    pub async fn talks(&self, user: UserId) -> Result<Vec<Talk>, Refusal> {
        let rooms = self.hub().rooms_of(user);
        let mut rooms: HashMap<_, RoomSummary> =
            rooms.iter().map(|it| (it.id, self.summary(it, user))).collect();
        rooms.retain(|_, it| is_listed(it));
        let rows = self.store().talks(user).await?.into_iter();
        let talks = rows.filter_map(|row| {
            let room = rooms.remove(&row.room)?;
            let presence = room.presence.unwrap_or(Presence::Offline);
            Some(Talk { room, presence, picture: row.picture, last: row.last, unread: row.unread })
        });
        Ok(talks.collect())
    }
}
