//! The forms: everything that works before the wasm has arrived, and without it.
//!
//! A form that did its work answers 303. The forms for coming in, and the composer, show their
//! own page again when refused, with what was typed; the others go back and say it there.

use super::{
    Site,
    error::status_of,
    flash::Flash,
    pages::{room_path, to_sign_in, with_next},
    render::{Page, with_cookie},
    sender::{Sender, Sent},
    visitor::Visitor,
};
use crate::{
    auth::{Begun, Login, clear_cookie},
    snapshot::{self, Wanted},
};
use app::protocol::{
    ids::{Cid, LoginId, RoomId},
    message::MessageText,
    pages::Plain,
    refusal::Refusal,
    room::RoomKind,
    snapshot::{Done, RoomSummary},
};
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderValue, header::RETRY_AFTER},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

/// A form as it came, readable or not.
pub(super) type Filled<T> = Result<Form<T>, FormRejection>;

/// The forms for coming in. A guest's has no password.
#[derive(Deserialize)]
pub(super) struct ComeIn {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Which form for coming in.
#[derive(Clone, Copy, Debug)]
enum Way {
    SignIn,
    SignUp,
    Guest,
}

pub(super) async fn sign_in(
    state: State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<ComeIn>,
) -> Response {
    come_in(state, visitor, form, Way::SignIn).await
}

pub(super) async fn sign_up(
    state: State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<ComeIn>,
) -> Response {
    come_in(state, visitor, form, Way::SignUp).await
}

pub(super) async fn guest(
    state: State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<ComeIn>,
) -> Response {
    come_in(state, visitor, form, Way::Guest).await
}

async fn come_in(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<ComeIn>,
    way: Way,
) -> Response {
    let Ok(Form(ComeIn { name, password, next })) = form else {
        return refused_in(&site, &visitor, way, Refusal::Malformed, "", "").await;
    };
    let attempt = visitor.attempt(name.clone(), password);
    let begun = match way {
        Way::SignIn => site.auth.sign_in(attempt).await,
        Way::SignUp => site.auth.sign_up(attempt).await,
        Way::Guest => site.auth.guest(attempt).await,
    };
    match begun {
        Ok(Begun { cookie, .. }) => {
            // Whoever was signed in with this browser before is so no longer.
            if let Some(login) = &visitor.login {
                _ = site.auth.end(login).await;
            }
            with_cookie(Redirect::to(local(&next).unwrap_or("/rooms")).into_response(), &cookie)
        }
        Err(refusal) => refused_in(&site, &visitor, way, refusal, &name, &next).await,
    }
}

/// The form again, with the name and the reason.
async fn refused_in(
    site: &Site,
    visitor: &Visitor,
    way: Way,
    refusal: Refusal,
    name: &str,
    next: &str,
) -> Response {
    let path = match way {
        Way::SignIn => "/sign-in",
        Way::SignUp => "/sign-up",
        Way::Guest => "/guest",
    };
    let path = match local(next) {
        Some(next) => with_next(path, next),
        None => path.to_owned(),
    };
    let typed = Some(name.to_owned()).filter(|it| !it.is_empty());
    let why = match refusal {
        // Worth showing without it, too.
        Refusal::AccountBanned { .. } => site.auth.ban_reason(name).await.ok(),
        _ => None,
    };
    let typed = Again { typed, why, ..Again::default() };
    shown_again(site, visitor, &path, Wanted::Nothing, (refusal, typed)).await
}

/// Shows a form's page again: why it was refused, and what was typed.
async fn again(
    site: &Site,
    visitor: &Visitor,
    path: &str,
    wanted: Wanted<'_>,
    (refusal, typed): (Refusal, &str),
) -> Response {
    let typed = Some(typed.to_owned()).filter(|it| !it.is_empty());
    let typed = Again { typed, ..Again::default() };
    shown_again(site, visitor, path, wanted, (refusal, typed)).await
}

/// Shows the page of a form of several fields again: why it was refused, and what was typed.
pub(super) async fn refill(
    site: &Site,
    visitor: &Visitor,
    path: &str,
    wanted: Wanted<'_>,
    (refusal, fields): (Refusal, Vec<(String, String)>),
) -> Response {
    let typed = Again { fields, ..Again::default() };
    shown_again(site, visitor, path, wanted, (refusal, typed)).await
}

/// What a form shows again: what was typed there, and why an account may not come in.
#[derive(Default)]
struct Again {
    typed: Option<String>,
    fields: Vec<(String, String)>,
    why: Option<String>,
}

async fn shown_again(
    site: &Site,
    visitor: &Visitor,
    path: &str,
    wanted: Wanted<'_>,
    (refusal, Again { typed, fields, why }): (Refusal, Again),
) -> Response {
    let (login, preferences) = (visitor.login.as_ref(), visitor.preferences);
    let mut loaded = snapshot::load(site, login, preferences, wanted).await;
    if loaded.is_err() {
        // What the form was for is not there, and its page says so.
        loaded = snapshot::load(site, login, preferences, Wanted::Nothing).await;
    }
    let Ok(mut snapshot) = loaded else { return status_of(refusal).into_response() };
    snapshot.refused = Some(refusal);
    snapshot.typed = typed;
    snapshot.fields = fields;
    if let Some(why) = why {
        snapshot.plain = Plain::Banned(why);
    }
    let page = Page::new(path, snapshot).status(status_of(refusal));
    let mut response = page.render(site, &Flash::default()).await;
    if let Some(ms) = refusal.retry_after_ms() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    response
}

pub(super) async fn sign_out(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    if let Some(login) = &visitor.login
        && let Err(refusal) = site.auth.end(login).await
    {
        return back(&site, "/settings", &Flash::refused(refusal, String::new()));
    }
    let response = back(&site, "/sign-in", &Flash::done(Done::SignedOut));
    with_cookie(response, &clear_cookie(site.secure))
}

pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let left = match site.engine.room(&room, login.user.id) {
        Some(found) => site.engine.leave(&login.who(), found.id).await,
        None => Err(Refusal::NoSuchRoom),
    };
    back(&site, "/rooms", &outcome(left, Done::LeftRoom, String::new()))
}

/// The address of a room's page: only channels have their names as addresses.
fn path_of(room: &RoomSummary) -> String {
    match room.kind {
        RoomKind::Channel => room_path(&room.name),
        _ => room_path(&room.id.to_string()),
    }
}

/// The composer's form. Without a `cid` each sending is a new message.
#[derive(Debug, Deserialize)]
pub(super) struct Saying {
    #[serde(default)]
    cid: String,
    #[serde(default)]
    text: String,
}

pub(super) async fn say(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    visitor: Visitor,
    form: Filled<Saying>,
) -> Response {
    let Ok(login) = visitor.login() else { return to_sign_in(&room_path(&room)) };
    let Some(found) = site.engine.room(&room, login.user.id) else {
        return back(&site, "/rooms", &Flash::refused(Refusal::NoSuchRoom, String::new()));
    };
    let path = path_of(&found);
    let Ok(Form(Saying { cid, text })) = form else {
        let refused = (Refusal::Malformed, "");
        return again(&site, &visitor, &path, Wanted::Room(&room), refused).await;
    };
    let cid = cid.parse().unwrap_or_else(|_| Cid(Uuid::now_v7()));
    let said = match (site.rates.sends.check(&login.user.id), message(&text)) {
        (Ok(()), Ok(text)) => site.engine.say(&login.who(), found.id, cid, text).await,
        (Err(refusal), _) | (Ok(()), Err(refusal)) => Err(refusal),
    };
    match said {
        Ok(_) => Redirect::to(&path).into_response(),
        Err(refusal) => again(&site, &visitor, &path, Wanted::Room(&room), (refusal, &text)).await,
    }
}

/// A text that may be sent. Forms send line ends as CR LF.
pub(super) fn message(text: &str) -> Result<String, Refusal> {
    Ok(MessageText::try_from(text.replace("\r\n", "\n"))?.into())
}

#[derive(Debug, Deserialize)]
pub(super) struct Rename {
    #[serde(default)]
    name: String,
}

pub(super) async fn rename(
    State(site): State<Arc<Site>>,
    Sent { login, form: Rename { name }, .. }: Sent<Rename>,
) -> Response {
    let renamed = site.auth.rename(&login, &name).await;
    back(&site, "/settings", &outcome(renamed, Done::Saved, name))
}

/// The reader's preferences; signed in or not.
#[derive(Debug, Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    language: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    chime: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn look(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<Look>,
) -> Response {
    let usual = if visitor.login.is_some() { "/settings" } else { "/sign-in" };
    let Ok(Form(Look { language, theme, chime, back: to })) = form else {
        return unreadable(&site, usual);
    };
    let mut response = match local(&to) {
        Some(to) => Redirect::to(to).into_response(),
        None if visitor.login.is_some() => back(&site, usual, &Flash::done(Done::Saved)),
        None => Redirect::to(usual).into_response(),
    };
    for (name, value, known) in [
        ("maru_language", language, &["ko", "en"][..]),
        ("maru_theme", theme, &["system", "light", "dark"][..]),
        ("maru_chime", chime, &["off", "on"][..]),
    ] {
        if known.contains(&value.as_str()) {
            response = with_cookie(response, &preference(name, &value, site.secure));
        }
    }
    response
}

/// The `Set-Cookie` of a preference, which scripts may read and write too.
fn preference(name: &str, value: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")
}

#[derive(Deserialize)]
pub(super) struct Password {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn password(
    State(site): State<Arc<Site>>,
    Sent { login, form: Password { current, password }, .. }: Sent<Password>,
) -> Response {
    let changed = site.auth.change_password(&login, current, password).await;
    back(&site, "/settings", &outcome(changed, Done::Saved, String::new()))
}

pub(super) async fn account(
    State(site): State<Arc<Site>>,
    Sent { login, visitor, form: ComeIn { name, password, .. } }: Sent<ComeIn>,
) -> Response {
    let upgraded = site.auth.upgrade(&login, &name, password, visitor.address).await;
    back(&site, "/settings", &outcome(upgraded, Done::Upgraded, name))
}

pub(super) async fn end_login(
    State(site): State<Arc<Site>>,
    Path(ended): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let done = match ended.parse::<LoginId>() {
        Ok(ended) => site.auth.end_of(&login, ended).await,
        Err(_) => Ok(false),
    };
    let done = done.and_then(|there| if there { Ok(()) } else { Err(Refusal::NotFound) });
    back(&site, "/settings", &outcome(done, Done::LoginEnded, String::new()))
}

pub(super) async fn end_others(
    State(site): State<Arc<Site>>,
    Sender { login, .. }: Sender,
) -> Response {
    let ended = site.auth.end_others(&login).await;
    back(&site, "/settings", &outcome(ended, Done::LoginEnded, String::new()))
}

/// The room that an announcement goes to; none for all.
pub(super) fn addressed(site: &Site, login: &Login, room: &str) -> Result<Option<RoomId>, Refusal> {
    if room.is_empty() || room == "all" {
        return Ok(None);
    }
    site.engine.room(room, login.user.id).map(|it| Some(it.id)).ok_or(Refusal::NoSuchRoom)
}

/// What the next page shall say.
pub(super) fn outcome<T>(result: Result<T, Refusal>, done: Done, typed: String) -> Flash {
    match result {
        Ok(_) => Flash::done(done),
        Err(refusal) => Flash::refused(refusal, typed),
    }
}

pub(super) fn unreadable(site: &Site, path: &str) -> Response {
    back(site, path, &Flash::refused(Refusal::Malformed, String::new()))
}

/// To another page, with something to say there.
pub(super) fn back(site: &Site, path: &str, flash: &Flash) -> Response {
    with_cookie(Redirect::to(path).into_response(), &flash.set(site.secure))
}

/// A path of this very site: nothing that a browser takes for another host.
pub(super) fn local(path: &str) -> Option<&str> {
    let fit = |it: u8| it.is_ascii_graphic() && it != b'\\';
    let local = path.starts_with('/') && !path.starts_with("//") && path.bytes().all(fit);
    local.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_gone_to() {
        let check = |path: &str, expected: bool| {
            assert_eq!(local(path).is_some(), expected, "{path:?}");
        };
        check("/rooms", true);
        check("/rooms/plaza?x=1#y", true);
        check("/rooms/%EA%B4%91%EC%9E%A5", true);
        check("", false);
        check("rooms", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("/a\\b", false);
        check("https://evil.example", false);
        check("javascript:alert(1)", false);
        check("/a\r\nset-cookie: x", false);
        check("/\t/evil.example", false);
        check("/광장", false);
    }

    #[test]
    fn a_form_s_line_ends_count_once() {
        assert_eq!(message("a\r\nb "), Ok("a\nb".to_owned()));
        assert_eq!(message(" \r\n "), Err(Refusal::Empty));
    }
}
