//! Everybody of the table: each role in each standing, in each sort of room.

use crate::{
    asking::Asked,
    support::{Browser, PASSWORD, Server},
    table::Row,
};
use app::protocol::{
    ids::{Millis, RoomId},
    people::Role,
};
use server::store::{Store, StoreAddress};
use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

/// The roles, from the least.
pub(crate) const ROLES: [&str; 5] = ["guest", "member", "moderator", "admin", "owner"];

/// How somebody stands in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    Stranger,
    Member,
    Cohost,
    Host,
    Banned,
}

impl Standing {
    pub(crate) const ALL: [Self; 5] =
        [Self::Stranger, Self::Member, Self::Cohost, Self::Host, Self::Banned];
}

/// A sort of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Channel,
    Open,
    Temporary,
    Password,
    Hidden,
    Large,
    Direct,
}

impl Place {
    pub(crate) const ALL: [Self; 7] = [
        Self::Channel,
        Self::Open,
        Self::Temporary,
        Self::Password,
        Self::Hidden,
        Self::Large,
        Self::Direct,
    ];

    const fn has_host(self) -> bool {
        !matches!(self, Self::Channel | Self::Direct)
    }

    /// Its kind, door and capacity.
    const fn made(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Temporary => ("temporary", "open", 100),
            Self::Password => ("private", "password", 100),
            Self::Hidden => ("private", "invite", 100),
            Self::Large => ("large", "open", 600),
            Self::Open | Self::Channel | Self::Direct => ("private", "open", 100),
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Actor {
    /// None for nobody.
    pub(crate) role: Option<&'static str>,
    pub(crate) standing: Standing,
}

impl Actor {
    /// Everybody who can be in such a place.
    pub(crate) fn all(place: Place) -> Vec<Self> {
        let mut all = vec![Self { role: None, standing: Standing::Stranger }];
        for standing in Standing::ALL {
            let ranked = matches!(standing, Standing::Cohost | Standing::Host);
            if !ranked || place.has_host() {
                all.extend(ROLES.map(|role| Self { role: Some(role), standing }));
            }
        }
        all
    }

    /// Keeps order on the whole server.
    pub(crate) fn moderates(self) -> bool {
        self.role.is_some_and(|it| ROLES.iter().position(|role| *role == it) >= Some(2))
    }
}

/// A room, and what opens it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    place: Place,
    id: String,
    token: String,
    /// Who could not be made to stand so there.
    not: Vec<Actor>,
}

impl Room {
    pub(crate) fn id(&self) -> RoomId {
        self.id.parse().unwrap()
    }
}

/// The rooms of one sort: one for most, and one for each host.
pub(crate) struct Rooms {
    main: Room,
    hosted: HashMap<&'static str, Room>,
}

/// Everybody, each with a browser that is signed in.
pub(crate) struct People<'a> {
    server: &'a Server,
    browsers: HashMap<Actor, Browser>,
    /// Makes the rooms; a plain account.
    keeper: Browser,
    /// The owner of the server, who bans in channels.
    owner: Browser,
    /// To whom everything is done: a plain account that is in no room.
    subject: String,
    ids: HashMap<Actor, String>,
}

impl<'a> People<'a> {
    pub(crate) async fn new(server: &'a Server) -> Self {
        // The first account owns the server.
        let owner = server.signed_up("the owner").await;
        let keeper = server.signed_up("the keeper").await;
        let mut subject = server.signed_up("the subject").await;
        let subject = id_of(&mut subject).await;
        let mut people =
            Self { server, browsers: HashMap::new(), keeper, owner, subject, ids: HashMap::new() };
        let store = store_of(server).await;
        for actor in Actor::all(Place::Open) {
            let Some(role) = actor.role else { continue };
            let mut browser = match role {
                "guest" => server.guest().await,
                _ => server.signed_up(&name(role, actor.standing)).await,
            };
            let id = id_of(&mut browser).await;
            if role != "guest" && role != "member" {
                let user = id.parse().unwrap();
                store.change_role(None, user, role_of(role), Millis(0)).await.unwrap();
            }
            people.ids.insert(actor, id);
            people.browsers.insert(actor, browser);
        }
        store.close().await;
        people
    }

    /// A new login of somebody of that role, whom nothing else needs.
    pub(crate) async fn fresh(&mut self, role: &'static str) -> Browser {
        if role == "guest" {
            return self.server.guest().await;
        }
        let mut browser = self.server.browser();
        let name = name(role, Standing::Stranger);
        let body = format!(r#"{{"name":"{name}","password":"{PASSWORD}"}}"#);
        browser.post("/api/v1/logins", &body).await.expect(201);
        browser
    }

    /// The rooms of a sort, with everybody in their places.
    pub(crate) async fn rooms(&mut self, place: Place) -> Rooms {
        // One user hosts so many rooms only.
        self.keeper = self.server.signed_up(&format!("keeper {place:?}")).await;
        if place == Place::Direct {
            return self.direct_rooms().await;
        }
        let mut main = self.room(place).await;
        for actor in Actor::all(place) {
            let (Some(_), true) = (actor.role, actor.standing != Standing::Host) else { continue };
            if !self.put(&main, actor).await {
                main.not.push(actor);
            }
        }
        let mut rooms = Rooms { main, hosted: HashMap::new() };
        if place.has_host() {
            for role in ROLES {
                let room = self.hosted(place, role).await;
                rooms.hosted.insert(role, room);
            }
        }
        rooms
    }

    /// The room in which an actor asks by a row; none where nobody could be made so.
    pub(crate) async fn room_for(
        &mut self,
        rooms: &mut Rooms,
        row: &Row,
        actor: Actor,
    ) -> Option<Room> {
        let room = match (actor.role, actor.standing) {
            (Some(role), Standing::Member) if rooms.main.place == Place::Direct => {
                rooms.hosted.get(role)?.clone()
            }
            (Some(role), Standing::Host) => {
                let room = rooms.hosted.get_mut(role)?;
                // Of the one before, the last row may have closed it.
                let path = format!("/api/v1/rooms/{}", room.id);
                if self.keeper.get(&path).await.status == 404 {
                    *room = self.hosted(room.place, role).await;
                }
                room.clone()
            }
            _ => rooms.main.clone(),
        };
        let is_here = !room.not.contains(&actor);
        (is_here && !row.path.is_empty()).then_some(room)
    }

    /// Somebody's browser; an empty one of nobody.
    pub(crate) fn browser(&self, actor: Actor) -> Browser {
        self.browsers.get(&actor).cloned().unwrap_or_else(|| self.server.browser())
    }

    /// What somebody gets.
    pub(crate) async fn asks(&mut self, row: &Row, room: &Room, actor: Actor) -> char {
        let fill = |text: &str| self.filled(text, room);
        let asked = Asked { method: row.method, path: fill(row.path), body: fill(row.body) };
        match self.browsers.get_mut(&actor) {
            Some(browser) => asked.by(browser).await,
            None => asked.by(&mut self.server.browser()).await,
        }
    }

    /// A path or body of a row that names no room.
    pub(crate) fn fill(&self, text: &str) -> String {
        let filled = text.replace("{user}", &self.subject).replace("{seq}", "1");
        let mut filled = filled.replace("{pack}", "tea");
        for name in
            ["{asked}", "{cid}", "{id}", "{invite}", "{login}", "{node}", "{notice}", "{report}"]
        {
            filled = filled.replace(name, &Uuid::now_v7().to_string());
        }
        let soon = SystemTime::now() + Duration::from_hours(1);
        let soon = soon.duration_since(UNIX_EPOCH).unwrap().as_millis();
        filled.replace("{at}", &soon.to_string())
    }

    fn filled(&self, text: &str, room: &Room) -> String {
        let (_, door, capacity) = room.place.made();
        self.fill(text)
            .replace("{room}", &room.id)
            .replace("{token}", &room.token)
            .replace("{door}", door)
            .replace("{name}", "A room")
            .replace("{capacity}", &capacity.to_string())
    }

    /// Puts everybody back where they were, after a row that may have moved somebody.
    pub(crate) async fn mend(&mut self, room: &Room, actor: Actor) {
        let moves_nobody = room.place == Place::Direct || room.not.contains(&actor);
        if actor.role.is_none() || moves_nobody {
            return;
        }
        let path = format!("/api/v1/rooms/{}", room.id);
        let browser = self.browsers.get_mut(&actor).unwrap();
        let answer = browser.get(&path).await;
        let is_in = answer.status == 200 && answer.json()["mine"] == true;
        match actor.standing {
            Standing::Stranger if is_in => {
                browser.delete(&format!("{path}/members/me")).await.expect(204);
            }
            Standing::Member | Standing::Cohost if !is_in => assert!(self.put(room, actor).await),
            Standing::Host if !is_in && self.keeper.get(&path).await.status == 200 => {
                self.let_host(room, actor).await;
            }
            _ => {}
        }
    }

    /// A room of the keeper's with an invitation into it; a channel, which needs none.
    async fn room(&mut self, place: Place) -> Room {
        let nothing = "0".repeat(64);
        if place == Place::Channel {
            let room = self.keeper.get("/api/v1/rooms/plaza").await.expect(200).json();
            let id = room["id"].as_str().unwrap().to_owned();
            return Room { place, id, token: nothing, not: Vec::new() };
        }
        let (kind, door, capacity) = place.made();
        let body = format!(
            r#"{{"name":"A room","kind":"{kind}","door":"{door}","password":"sesame","capacity":{capacity}}}"#
        );
        let made = self.keeper.post("/api/v1/rooms", &body).await.expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/rooms/{id}/invites");
        let invite = self.keeper.post(&path, "{}").await.expect(201).json();
        let token = invite["token"].as_str().unwrap().to_owned();
        Room { place, id, token, not: Vec::new() }
    }

    /// A room whose host is of that role.
    async fn hosted(&mut self, place: Place, role: &'static str) -> Room {
        let room = self.room(place).await;
        let actor = Actor { role: Some(role), standing: Standing::Host };
        self.let_host(&room, actor).await;
        room
    }

    /// The keeper and each member, who have agreed to write to each other.
    async fn direct_rooms(&mut self) -> Rooms {
        let mut hosted = HashMap::new();
        for role in ROLES {
            let actor = Actor { role: Some(role), standing: Standing::Member };
            let path = format!("/api/v1/direct/{}", self.ids[&actor]);
            let room = self.keeper.post(&path, "").await.expect(200).json();
            let id = room["id"].as_str().unwrap().to_owned();
            let said = format!(r#"{{"cid":"{}","text":"hi"}}"#, Uuid::now_v7());
            self.keeper.post(&format!("/api/v1/rooms/{id}/entries"), &said).await.expect(201);
            let browser = self.browsers.get_mut(&actor).unwrap();
            let path = format!("/api/v1/requests/{id}");
            browser.post(&path, r#"{"answer":"accept"}"#).await.expect(204);
            let token = "0".repeat(64);
            hosted.insert(role, Room { place: Place::Direct, id, token, not: Vec::new() });
        }
        let main = hosted["member"].clone();
        let not = Actor::all(Place::Direct);
        let not = not.into_iter().filter(|it| it.standing == Standing::Banned).collect();
        Rooms { main: Room { not, ..main }, hosted }
    }

    async fn let_host(&mut self, room: &Room, actor: Actor) {
        let browser = self.browsers.get_mut(&actor).unwrap();
        browser.post(&format!("/api/v1/invites/{}", room.token), "").await.expect(200);
        let body = format!(r#"{{"act":"yield","user":"{}"}}"#, self.ids[&actor]);
        let path = format!("/api/v1/rooms/{}/acts", room.id);
        self.keeper.post(&path, &body).await.expect(204);
    }

    /// Puts somebody where they belong; false where nobody can.
    async fn put(&mut self, room: &Room, actor: Actor) -> bool {
        let id = self.ids[&actor].clone();
        let browser = self.browsers.get_mut(&actor).unwrap();
        let acts = format!("/api/v1/rooms/{}/acts", room.id);
        let is_channel = room.place == Place::Channel;
        if matches!(actor.standing, Standing::Member | Standing::Cohost) {
            if is_channel {
                let path = format!("/api/v1/rooms/{}/members/me", room.id);
                browser.json("PUT", &path, "").await.expect(200);
            } else {
                browser.post(&format!("/api/v1/invites/{}", room.token), "").await.expect(200);
            }
        }
        let body = match actor.standing {
            Standing::Cohost => format!(r#"{{"act":"cohost","user":"{id}","on":true}}"#),
            Standing::Banned => format!(r#"{{"act":"ban","user":"{id}"}}"#),
            Standing::Stranger | Standing::Member | Standing::Host => return true,
        };
        let by = if is_channel { &mut self.owner } else { &mut self.keeper };
        by.post(&acts, &body).await.status == 204
    }
}

fn name(role: &str, standing: Standing) -> String {
    format!("{role} {standing:?}").to_lowercase()
}

async fn id_of(browser: &mut Browser) -> String {
    let me = browser.get("/api/v1/me").await.expect(200).json();
    me["me"]["id"].as_str().unwrap().to_owned()
}

fn role_of(name: &str) -> Role {
    match name {
        "moderator" => Role::Moderator,
        "admin" => Role::Admin,
        "owner" => Role::Owner,
        _ => Role::Member,
    }
}

/// The server's own database.
async fn store_of(server: &Server) -> Store {
    let config = server.place().config();
    let file = StoreAddress::File(server.place().path().join("maru.db"));
    Store::open(&config.database_url.unwrap_or(file)).await.unwrap()
}
