//! Builds what a page shows first, which is also what the browser starts from.

use crate::{
    auth::Login,
    engine::{Engine, clock},
    http::Site,
};
use app::protocol::{
    ids::Seq,
    limits::PAGE_ENTRIES,
    pages::Plain,
    refusal::Refusal,
    room::Standing,
    snapshot::{DirectoryQuery, Preferences, RoomSummary, RoomView, Snapshot},
};

/// What a page shows beside the reader.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    Nothing,
    /// The rooms, and of the directory what is sought.
    Rooms(&'a DirectoryQuery),
    /// A room, by name or id.
    Room(&'a str),
    Settings,
    /// The direct rooms.
    Inbox,
    /// Somebody, by their id.
    Person(&'a str),
    /// What the reader has planned.
    Later,
}

/// Loads everything that the page needs, and nothing that the reader may not see.
pub(crate) async fn load(
    site: &Site,
    login: Option<&Login>,
    preferences: Preferences,
    wanted: Wanted<'_>,
) -> Result<Snapshot, Refusal> {
    let mut snapshot = Snapshot { preferences, at: clock::now(), ..Snapshot::default() };
    let Some(login) = login else { return Ok(snapshot) };
    let engine = &site.engine;
    snapshot.me = Some(login.me());
    snapshot.epoch = Some(engine.store().epoch());
    snapshot.rooms = engine.rooms_of(login.user.id);
    match wanted {
        Wanted::Nothing => {}
        Wanted::Rooms(sought) => {
            snapshot.directory = Some(engine.directory(login.user.id, sought));
            snapshot.sought = sought.clone();
        }
        Wanted::Room(address) => snapshot.room = Some(room_view(engine, login, address).await?),
        Wanted::Inbox => snapshot.plain = Plain::Inbox(engine.talks(login.user.id).await?),
        Wanted::Person(user) => {
            let user = user.parse().map_err(|_| Refusal::NotFound)?;
            let profile = engine.profile(login.user.id, user).await?;
            snapshot.plain = Plain::Person(Box::new(profile));
        }
        Wanted::Later => snapshot.plain = Plain::Later(engine.plans(login.user.id).await?),
        Wanted::Settings => snapshot.logins = site.auth.logins(login).await?,
    }
    Ok(snapshot)
}

/// A room's newest page and its people.
async fn room_view(engine: &Engine, login: &Login, address: &str) -> Result<RoomView, Refusal> {
    let room = engine.readable(address, login.user.id)?;
    let page = engine.store().entries(room.id, None, None, PAGE_ENTRIES).await?;
    Ok(RoomView {
        standing: Standing {
            entered: engine.is_member(login.user.id, room.id),
            ..Standing::default()
        },
        people: engine.people(room.id, login.user.id)?,
        entries: page.entries,
        more_before: page.more_before,
        seen: Seq::ZERO,
        // What is shown and what is counted as shown must be one.
        room: RoomSummary { head: page.head, ..room },
    })
}
