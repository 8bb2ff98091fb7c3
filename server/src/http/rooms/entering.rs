//! Coming into a room: as one likes, with its password, or by an invitation.
//!
//! A room that the user may not know of is answered as one that is not there, and the answer costs
//! the same: a password is compared with nothing for as long as with a hash, and counts as a try.

use super::super::{
    Site,
    api::Answer,
    visitor::{OptionalBody, SignedIn},
};
use super::invites;
use crate::{address::Address, auth::Login, engine::clock, store::Way};
use app::protocol::{ids::RoomId, refusal::Refusal, room::Door, snapshot::RoomSummary};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What somebody brings to a door. Without `Debug`, for it has a password.
#[derive(Default, Deserialize)]
pub(in crate::http) struct Key {
    /// The room's password; empty for none.
    #[serde(default)]
    password: String,
    /// An invitation's token; empty for none.
    #[serde(default)]
    invite: String,
}

impl Key {
    /// The invitation's token, where there is one.
    pub(in crate::http) fn invited(&self) -> Option<&str> {
        Some(self.invite.as_str()).filter(|it| !it.is_empty())
    }
}

/// Who stands at a door.
#[derive(Clone, Copy)]
pub(in crate::http) struct Caller<'a> {
    pub(in crate::http) login: &'a Login,
    pub(in crate::http) address: Address,
}

/// The room, and the way into it that the key opens.
async fn way_in(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    Key { password, invite }: Key,
) -> Result<(RoomId, Way), Refusal> {
    let found = site.engine.room(room, caller.login.user.id);
    let refused = if found.is_some() { Refusal::WrongPassword } else { Refusal::NoSuchRoom };
    if !invite.is_empty() {
        let refused = if found.is_some() { Refusal::InviteOver } else { Refusal::NoSuchRoom };
        let good = invites::good(site, caller.login, &invite).await?;
        // An invitation into one room opens no other.
        let good = good.filter(|it| room.parse() == Ok(it.room)).ok_or(refused)?;
        return Ok((good.room, Way::Invited(good.id)));
    }
    if password.is_empty() || found.as_ref().is_some_and(needs_no_password) {
        return found.map(|it| (it.id, Way::Plain)).ok_or(Refusal::NoSuchRoom);
    }
    site.auth.may_try_room(caller.login, caller.address, &written_alike(room))?;
    let hash = match &found {
        Some(it) => site.engine.store().room_password(it.id).await?,
        None => None,
    };
    let opens = site.auth.opens_room(password, hash.clone()).await?;
    let shown = found.zip(hash).filter(|_| opens);
    shown.map(|(it, hash)| (it.id, Way::PasswordShown(hash))).ok_or(refused)
}

fn needs_no_password(room: &RoomSummary) -> bool {
    room.mine || room.door != Door::Password
}

/// One room's id can be written in many ways, and each would have its own tries.
fn written_alike(room: &str) -> String {
    room.parse::<RoomId>().map_or_else(|_| room.to_owned(), |it| it.to_string())
}

/// Makes the caller a member of the room, if the key opens it.
pub(in crate::http) async fn enter_with(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    key: Key,
) -> Result<RoomSummary, Refusal> {
    let (room, way) = way_in(site, caller, room, key).await?;
    site.engine.enter_by(&caller.login.who(), room, way).await
}

/// Lets the caller wait for a place in the room, if the key opens it; they are in, where there is
/// one.
pub(in crate::http) async fn wait_with(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    key: Key,
) -> Result<Place, Refusal> {
    let (room, way) = way_in(site, caller, room, key).await?;
    site.engine.wait(&caller.login.who(), room, way).await?;
    let now = clock::now();
    let facts = site.engine.store().door_facts(room, caller.login.user.id, now).await?;
    Ok(Place { room, place: facts.and_then(|it| it.place) })
}

/// Where the user stands among those who wait for a place in the room. Who came by an invitation
/// may wait for one that they may know of by nothing else.
async fn place_in(site: &Site, login: &Login, room: &str) -> Result<Place, Refusal> {
    let found = site.engine.room(room, login.user.id).map(|it| it.id);
    let asked = found.or_else(|| room.parse().ok()).ok_or(Refusal::NoSuchRoom)?;
    let facts = site.engine.store().door_facts(asked, login.user.id, clock::now()).await?;
    let place = facts.and_then(|it| it.place);
    if found.is_none() && place.is_none() {
        return Err(Refusal::NoSuchRoom);
    }
    Ok(Place { room: asked, place })
}

/// Ends the user's waiting for a place in the room.
pub(in crate::http) async fn stop_waiting_in(
    site: &Site,
    login: &Login,
    room: &str,
) -> Result<(), Refusal> {
    let Place { room, .. } = place_in(site, login, room).await?;
    site.engine.stop_waiting(&login.who(), room).await
}

/// Where somebody stands among those who wait.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Place {
    pub(in crate::http) room: RoomId,
    /// From 1; absent for who is in, or does not wait.
    pub(in crate::http) place: Option<u32>,
}

/// `PUT rooms/{room}/members/me`
pub(in crate::http) async fn enter(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, address }: SignedIn,
    OptionalBody(key): OptionalBody<Key>,
) -> Answer<Json<RoomSummary>> {
    let caller = Caller { login: &login, address };
    Ok(Json(enter_with(&site, caller, &room, key).await?))
}

/// `PUT rooms/{room}/waiting/me`
pub(in crate::http) async fn wait(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, address }: SignedIn,
    OptionalBody(key): OptionalBody<Key>,
) -> Answer<Json<Place>> {
    let caller = Caller { login: &login, address };
    Ok(Json(wait_with(&site, caller, &room, key).await?))
}

/// `GET rooms/{room}/waiting/me`
pub(in crate::http) async fn place(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<Place>> {
    Ok(Json(place_in(&site, &login, &room).await?))
}

/// `DELETE rooms/{room}/waiting/me`
pub(in crate::http) async fn stop_waiting(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    stop_waiting_in(&site, &login, &room).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::Membership,
        config::Config,
        engine::Engine,
        engine_options,
        store::{MakeRoom, NewUser, RoomMade, Store, StoreAddress, User},
    };
    use app::protocol::{
        ids::Millis,
        people::Role,
        room::{NewRoom, RoomKind},
    };
    use tokio_util::{sync::CancellationToken, task::TaskTracker};
    use uuid::Uuid;

    /// A server without sockets; its host, and somebody from outside.
    struct Scene {
        site: Arc<Site>,
        ann: Login,
        eve: Login,
    }

    async fn scene() -> Scene {
        let store = Store::open(&StoreAddress::Memory).await.unwrap();
        let (ann, eve) = (user(&store, "ann", 1).await, user(&store, "eve", 2).await);
        let mut config = Config::default();
        config.limits.room_passwords_per_min = 0;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (options, alone) = (engine_options(&config), Membership::alone("test"));
        let engine = Engine::start(store, options, alone, tasks, stop.clone()).await.unwrap();
        let site = Site::new(config, engine, ([127, 0, 0, 1], 1).into(), stop);
        Scene { site, ann, eve }
    }

    async fn user(store: &Store, name: &str, token: u8) -> Login {
        let new = NewUser {
            name: name.into(),
            name_key: name.into(),
            password: None,
            role: Role::Member,
        };
        let user: User = store.create_user(new, Millis(0)).await.unwrap();
        store.create_login(&user, &[token; 32], "", Millis(0)).await.unwrap();
        let (row, user) = store.login_by_token(&[token; 32]).await.unwrap().unwrap();
        Login { row, user }
    }

    impl Scene {
        async fn makes(&self, door: Door, password: Option<String>) -> RoomId {
            let room = NewRoom {
                name: "A".into(),
                topic: String::new(),
                kind: RoomKind::Private,
                door,
                password: None,
                capacity: 9,
                empty_mins: None,
                closes_at: None,
            };
            let (host, login) = (self.ann.user.id, self.ann.row.id);
            let wanted = MakeRoom { room, password, host, login };
            let made = self.site.engine.store().make_room(&wanted, Millis(0)).await.unwrap();
            let RoomMade::Made(room) = made else { panic!("{made:?}") };
            self.site.engine.room_changed(room).await.unwrap();
            room
        }

        /// What comes of trying a password, and how many hashes it costs.
        async fn tries(&self, room: RoomId, password: &str) -> (Option<Refusal>, u64) {
            let before = self.site.auth.hashes();
            let address = std::net::IpAddr::from([127, 0, 0, 1]).into();
            let caller = Caller { login: &self.eve, address };
            let key = Key { password: password.into(), invite: String::new() };
            let entered = enter_with(&self.site, caller, &room.to_string(), key).await;
            (entered.err(), self.site.auth.hashes() - before)
        }
    }

    #[tokio::test]
    async fn a_password_costs_the_same_for_a_room_that_is_hidden_absent_or_locked_by_another() {
        let scene = scene().await;
        let hash = scene.site.auth.hash_room_password("sesame".into()).await.unwrap();
        let locked = scene.makes(Door::Password, Some(hash)).await;
        let hidden = scene.makes(Door::Invite, None).await;
        let open = scene.makes(Door::Open, None).await;
        let absent = RoomId(Uuid::now_v7());
        let wrong = "open up";
        assert_eq!(scene.tries(locked, wrong).await, (Some(Refusal::WrongPassword), 1));
        assert_eq!(scene.tries(hidden, wrong).await, (Some(Refusal::NoSuchRoom), 1));
        assert_eq!(scene.tries(absent, wrong).await, (Some(Refusal::NoSuchRoom), 1));
        // Without a password nothing is hashed for anybody.
        assert_eq!(scene.tries(locked, "").await, (Some(Refusal::WrongPassword), 0));
        assert_eq!(scene.tries(hidden, "").await, (Some(Refusal::NoSuchRoom), 0));
        assert_eq!(scene.tries(absent, "").await, (Some(Refusal::NoSuchRoom), 0));
        assert_eq!(scene.tries(open, wrong).await, (None, 0));
        assert_eq!(scene.tries(locked, "sesame").await, (None, 1));
        // Whoever is in needs none.
        assert_eq!(scene.tries(locked, wrong).await, (None, 0));
    }
}
