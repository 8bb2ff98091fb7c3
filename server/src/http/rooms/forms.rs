//! The forms of rooms. A refused form of several fields shows its own page again with what was
//! typed, never the password; the others go back and say it there.

use super::{
    super::{
        Site,
        flash::Flash,
        forms::{Filled, back, outcome, refill},
        pages::{invite_path, room_path},
        sender::{Sender, Sent},
    },
    entering::{Caller, Key, enter_with, stop_waiting_in, wait_with},
    hosting::{act_in, make_room},
    invites::{Wish, enter_by, invite_into, take_back},
};
use crate::{auth::Name, engine::clock, snapshot::Wanted};
use app::protocol::{
    refusal::Refusal,
    room::{Act, Door, NewRoom, RoomKind},
    snapshot::Done,
};
use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::{str::FromStr, sync::Arc};

/// The form of `/rooms/new`: everything as it was typed. Without `Debug`, for it has a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Making {
    name: String,
    topic: String,
    kind: String,
    door: String,
    password: String,
    capacity: String,
    empty_mins: String,
    closes_in_mins: String,
}

impl Making {
    fn wish(&self) -> Result<NewRoom, Refusal> {
        let closes_in: Option<u32> = number(&self.closes_in_mins)?;
        Ok(NewRoom {
            name: self.name.clone(),
            topic: self.topic.clone(),
            kind: match self.kind.as_str() {
                "private" => RoomKind::Private,
                "temporary" => RoomKind::Temporary,
                "large" => RoomKind::Large,
                _ => return Err(Refusal::Malformed),
            },
            door: door(&self.door)?,
            password: Some(self.password.clone()),
            // What is no number is too few people, and told so.
            capacity: number(&self.capacity).ok().flatten().unwrap_or_default(),
            empty_mins: number(&self.empty_mins)?,
            closes_at: closes_in.map(|it| clock::now().plus(i64::from(it) * 60_000)),
        })
    }

    /// What is shown again.
    fn fields(self) -> Vec<(String, String)> {
        let Self { name, topic, kind, door, capacity, empty_mins, closes_in_mins, .. } = self;
        let fields = [
            ("name", name),
            ("topic", topic),
            ("kind", kind),
            ("door", door),
            ("capacity", capacity),
            ("empty_mins", empty_mins),
            ("closes_in_mins", closes_in_mins),
        ];
        fields.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// A number of a form; none where nothing was typed.
fn number<T: FromStr>(typed: &str) -> Result<Option<T>, Refusal> {
    match typed.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| Refusal::Malformed),
    }
}

fn door(name: &str) -> Result<Door, Refusal> {
    let doors = [Door::Open, Door::Password, Door::Invite];
    doors.into_iter().find(|it| it.name() == name).ok_or(Refusal::Malformed)
}

/// `POST /rooms/new`
pub(in crate::http) async fn make(
    State(site): State<Arc<Site>>,
    Sent { login, visitor, form: making }: Sent<Making>,
) -> Response {
    let made = match making.wish() {
        Ok(wish) => make_room(&site, &login, wish).await,
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok(room) => back(&site, &room_path(&room.id.to_string()), &Flash::done(Done::RoomMade)),
        Err(refusal) => {
            let fields = making.fields();
            refill(&site, &visitor, "/rooms/new", Wanted::Nothing, (refusal, fields)).await
        }
    }
}

/// A host's form: which act, and what it needs. Without `Debug`, for it has a password.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Acting {
    act: String,
    user: String,
    secs: String,
    reason: String,
    name: String,
    topic: String,
    capacity: String,
    on: String,
    door: String,
    password: String,
    /// `settings`, where the form stands there.
    back: String,
}

impl Acting {
    /// The same, of somebody who was named where a large room lists not all.
    async fn aimed(&self, site: &Site) -> Result<Self, Refusal> {
        if self.act != "speaker" || !self.user.is_empty() {
            return Ok(self.clone());
        }
        let name = Name::parse(&self.name).map_err(|_| Refusal::NotFound)?;
        let user = site.engine.store().user_by_name_key(name.key()).await?;
        let user = user.ok_or(Refusal::NotFound)?.id.to_string();
        Ok(Self { user, ..self.clone() })
    }

    fn wish(&self) -> Result<Act, Refusal> {
        let user = || self.user.parse().map_err(|_| Refusal::Malformed);
        let reason = self.reason.clone();
        let on = self.on == "true";
        // Of a select, 0 is for ever.
        let secs = || Ok::<_, Refusal>(number(&self.secs)?.filter(|it| *it > 0));
        Ok(match self.act.as_str() {
            "kick" => Act::Kick { user: user()?, reason },
            "ban" => Act::Ban { user: user()?, secs: secs()?, reason },
            "unban" => Act::Unban { user: user()? },
            "mute" => Act::Mute { user: user()?, secs: secs()?, reason },
            "unmute" => Act::Unmute { user: user()? },
            "yield" => Act::Yield { user: user()? },
            "cohost" => Act::Cohost { user: user()?, on },
            "successor" if self.user.is_empty() => Act::Successor { user: None },
            "successor" => Act::Successor { user: Some(user()?) },
            "speaker" => Act::Speaker { user: user()?, on },
            "rename" => Act::Rename { name: self.name.clone() },
            "topic" => Act::Topic { topic: self.topic.clone() },
            "capacity" => Act::Capacity {
                capacity: number(&self.capacity).ok().flatten().unwrap_or_default(),
            },
            "slow" => Act::Slow { secs: number(&self.secs)?.unwrap_or_default() },
            "lock" => Act::Lock { on },
            "door" => {
                // Nothing typed keeps the password that there is.
                let password = Some(self.password.clone()).filter(|it| !it.is_empty());
                Act::Door { door: door(&self.door)?, password }
            }
            "close" => Act::Close { reason },
            _ => return Err(Refusal::Malformed),
        })
    }

    /// What is shown again.
    fn fields(self) -> Vec<(String, String)> {
        let Self { act, user, secs, reason, name, topic, capacity, door, .. } = self;
        let fields = [
            ("act", act),
            ("user", user),
            ("secs", secs),
            ("reason", reason),
            ("name", name),
            ("topic", topic),
            ("capacity", capacity),
            ("door", door),
        ];
        let typed = fields.into_iter().filter(|(_, value)| !value.is_empty());
        typed.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// `POST /rooms/{room}/acts`
pub(in crate::http) async fn act(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form: acting }: Sent<Acting>,
) -> Response {
    let in_settings = acting.back == "settings";
    let done = async {
        let wish = acting.aimed(&site).await?.wish()?;
        let closes = matches!(wish, Act::Close { .. });
        act_in(&site, &login, &room, wish).await.map(|()| closes)
    };
    match done.await {
        Ok(true) => back(&site, "/rooms", &Flash::done(Done::RoomClosed)),
        Ok(false) if in_settings => back(&site, &settings_path(&room), &Flash::done(Done::Acted)),
        Ok(false) => back(&site, &room_path(&room), &Flash::done(Done::Acted)),
        Err(refusal) if in_settings => {
            let path = format!("{}/acts", room_path(&room));
            let wanted = Wanted::RoomSettings(&room);
            refill(&site, &visitor, &path, wanted, (refusal, acting.fields())).await
        }
        Err(refusal) => back(&site, &room_path(&room), &Flash::refused(refusal, acting.reason)),
    }
}

/// A channel's question of the day, on or off.
#[derive(Deserialize)]
pub(in crate::http) struct Daily {
    #[serde(default)]
    on: String,
}

pub(in crate::http) async fn daily(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, form: Daily { on }, .. }: Sent<Daily>,
) -> Response {
    let done = async {
        let found = crate::http::api::find(&site, &login, &room)?;
        site.engine.set_daily(&login.who(), found.id, on == "true").await
    };
    match done.await {
        Ok(()) => back(&site, &settings_path(&room), &Flash::done(Done::Acted)),
        Err(refusal) => back(&site, &room_path(&room), &Flash::refused(refusal, String::new())),
    }
}

pub(in crate::http) fn settings_path(room: &str) -> String {
    format!("{}/settings", room_path(room))
}

/// How an invitation is wished, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Inviting {
    secs: String,
    uses: String,
}

/// `POST /rooms/{room}/invites`
pub(in crate::http) async fn invite(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, form: Inviting { secs, uses }, .. }: Sent<Inviting>,
) -> Response {
    let made = async {
        let wish = Wish {
            secs: number(&secs)?.filter(|it| *it > 0),
            uses: number(&uses)?.filter(|it| *it > 0),
        };
        invite_into(&site, &login, &room, &wish).await
    };
    let flash = match made.await {
        Ok(made) => Flash { made: made.token, ..Flash::done(Done::Invited) },
        Err(refusal) => Flash::refused(refusal, String::new()),
    };
    back(&site, &settings_path(&room), &flash)
}

/// `POST /rooms/{room}/invites/{invite}/end`
pub(in crate::http) async fn end_invite(
    State(site): State<Arc<Site>>,
    Path((room, invite)): Path<(String, String)>,
    Sender { login, .. }: Sender,
) -> Response {
    let taken = take_back(&site, &login, &room, &invite).await;
    back(&site, &settings_path(&room), &outcome(taken, Done::InviteTaken, String::new()))
}

/// `POST /rooms/{room}/enter`
pub(in crate::http) async fn enter(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sender { login, visitor }: Sender,
    form: Filled<Key>,
) -> Response {
    // A channel's form has no fields, and needs none.
    let key = form.map(|Form(key)| key).unwrap_or_default();
    let caller = Caller { login: &login, address: visitor.address };
    match enter_with(&site, caller, &room, key).await {
        Ok(_) => Redirect::to(&room_path(&room)).into_response(),
        Err(refusal) => back(&site, &room_path(&room), &Flash::refused(refusal, String::new())),
    }
}

/// `POST /rooms/{room}/waiting`
pub(in crate::http) async fn wait(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form: key }: Sent<Key>,
) -> Response {
    // Who came by an invitation may know of the room by nothing else.
    let from = key.invited().map_or_else(|| room_path(&room), invite_path);
    // Only a page that lives keeps its place in the line, and tells when there is one in the room.
    let is_found = site.engine.room(&room, login.user.id).is_some();
    let to = if is_found { room_path(&room) } else { "/rooms".to_owned() };
    let caller = Caller { login: &login, address: visitor.address };
    match wait_with(&site, caller, &room, key).await {
        Ok(waits) if waits.place.is_some() => back(&site, &to, &Flash::done(Done::Waits)),
        Ok(_) => Redirect::to(&room_path(&room)).into_response(),
        Err(refusal) => back(&site, &from, &Flash::refused(refusal, String::new())),
    }
}

/// `POST /rooms/{room}/waiting/end`
pub(in crate::http) async fn stop_waiting(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let stopped = stop_waiting_in(&site, &login, &room).await;
    back(&site, "/rooms", &outcome(stopped, Done::WaitsNot, String::new()))
}

/// `POST /invite/{token}`
pub(in crate::http) async fn accept(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    match enter_by(&site, &login, &token).await {
        Ok(room) => Redirect::to(&room_path(&room.id.to_string())).into_response(),
        Err(refusal) => back(&site, &invite_path(&token), &Flash::refused(refusal, String::new())),
    }
}
