//! Builds what a page shows first, which is also what the browser starts from.

use crate::{
    auth::Login,
    engine::{Engine, Sight, clock},
    http::{Site, hosting, invites},
    store::DoorFacts,
};
use app::protocol::{
    limits::PAGE_ENTRIES,
    matching::{About, Wishes},
    pages::{Plain, RoomSettings, WishForm},
    refusal::Refusal,
    room::RoomKind,
    snapshot::{DirectoryQuery, DoorView, Preferences, RoomSummary, RoomView, Snapshot},
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
    /// Whom the reader has blocked.
    Blocks,
    /// What the reader has planned.
    Later,
    /// Whom the reader would like to meet, and what they want to talk about.
    Wishes(Option<About>),
    /// What counts for or against the reader when people are matched.
    Conduct,
    /// The settings of a room, by name or id.
    RoomSettings(&'a str),
    /// A room into which the reader is invited.
    Invite(&'a DoorView),
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
    engine.mark_quiet(login.user.id, &mut snapshot.rooms).await?;
    snapshot.notices = engine.store().open_notices(login.user.id).await?;
    snapshot.matching = Some(Box::new(engine.match_view(login.user.id).await?));
    match wanted {
        Wanted::Nothing => {}
        Wanted::Rooms(sought) => {
            snapshot.directory = Some(engine.directory(login.user.id, sought));
            snapshot.sought = sought.clone();
        }
        Wanted::Inbox => snapshot.plain = Plain::Inbox(engine.talks(login.user.id).await?),
        Wanted::Person(user) => {
            let user = user.parse().map_err(|_| Refusal::NotFound)?;
            let profile = engine.profile(login.user.id, user).await?;
            snapshot.plain = Plain::Person(Box::new(profile));
        }
        Wanted::Blocks => snapshot.plain = Plain::Blocks(engine.blocks(login.user.id).await?),
        Wanted::Later => snapshot.plain = Plain::Later(engine.plans(login.user.id).await?),
        Wanted::Room(address) => {
            let room = engine.room(address, login.user.id).ok_or(Refusal::NoSuchRoom)?;
            if engine.sight(login.user.id, room.id) == Sight::Inside {
                snapshot.room = Some(room_view(engine, login, room).await?);
            } else {
                snapshot.door = Some(door_view(site, login, room).await?);
            }
        }
        Wanted::RoomSettings(address) => {
            snapshot.plain = Plain::Room(Box::new(room_settings(site, login, address).await?));
        }
        Wanted::Invite(door) => snapshot.door = Some(door.clone()),
        Wanted::Wishes(about) => {
            snapshot.plain = Plain::Wishes(Box::new(wish_form(site, login, about).await?));
        }
        Wanted::Conduct => {
            snapshot.plain = Plain::Conduct(Box::new(engine.conduct(login.user.id).await?));
        }
        Wanted::Settings => {
            snapshot.logins = site.auth.logins(login).await?;
            snapshot.plain = Plain::Settings(Box::new(site.auth.own(login).await?));
        }
    }
    Ok(snapshot)
}

/// The wishes as their page shows them first.
async fn wish_form(site: &Site, login: &Login, about: Option<About>) -> Result<WishForm, Refusal> {
    let store = site.engine.store();
    let search = store.search_of(login.user.id).await?;
    let searching = search.as_ref().is_some_and(|it| it.ticket.state.is_open());
    let mut wishes = match search {
        // What one wanted to talk about then is over.
        Some(it) if !searching => Wishes { about: None, ..it.ticket.wishes },
        Some(it) => it.ticket.wishes,
        None => {
            let own = site.auth.own(login).await?;
            Wishes { languages: own.languages, interests: own.interests, ..Wishes::default() }
        }
    };
    wishes.about = about.or(wishes.about);
    // What cannot be read any more is not talked about.
    let about = wishes.about.and_then(|it| site.engine.about_room(login.user.id, it));
    let born = store.born(login.user.id).await?.is_some();
    let pause = site.engine.conduct(login.user.id).await?.until;
    let packs = store.packs();
    let packs = packs
        .packs()
        .by_depth()
        .into_iter()
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect();
    Ok(WishForm { wishes, about, searching, born, pause, packs })
}

/// A room's newest page and its people.
async fn room_view(engine: &Engine, login: &Login, room: RoomSummary) -> Result<RoomView, Refusal> {
    let page = engine.entries(login.user.id, room.id, (None, None), PAGE_ENTRIES).await?;
    Ok(RoomView {
        standing: engine.standing(login.user.id, login.user.role, room.id),
        people: engine.people(room.id, login.user.id)?,
        entries: page.entries,
        more_before: page.more_before,
        seen: engine.seen_by_peer(&room, login.user.id).await?,
        meeting: engine.meeting(login.user.id, room.id).await?.map(Box::new),
        // What is shown and what is counted as shown must be one.
        room: RoomSummary { head: page.head, ..room },
    })
}

/// A room as its door shows it.
pub(crate) async fn door_view(
    site: &Site,
    login: &Login,
    room: RoomSummary,
) -> Result<DoorView, Refusal> {
    let store = site.engine.store();
    let facts = store.door_facts(room.id, login.user.id, clock::now()).await?;
    let DoorFacts { host, banned_until, place, .. } = facts.ok_or(Refusal::NoSuchRoom)?;
    Ok(DoorView { room, host, invite: None, banned_until, place })
}

/// A room's settings, for who keeps order there.
async fn room_settings(site: &Site, login: &Login, address: &str) -> Result<RoomSettings, Refusal> {
    let (room, standing) = hosting::kept(site, login, address)?;
    let (store, now) = (site.engine.store(), clock::now());
    let facts = store.door_facts(room.id, login.user.id, now).await?;
    let DoorFacts { successor, empty_mins, .. } = facts.ok_or(Refusal::NoSuchRoom)?;
    let daily = match room.kind {
        RoomKind::Channel => Some(store.has_daily(room.id).await?),
        _ => None,
    };
    Ok(RoomSettings {
        daily,
        standing,
        successor,
        empty_mins,
        // Who keeps order from outside does not see who is in.
        people: site.engine.people(room.id, login.user.id).unwrap_or_default(),
        sanctions: store.sanctions(room.id, now).await?,
        invites: invites::summaries(site, room.id).await?,
        invited: None,
        room,
    })
}
