//! Small things of the browser: clock, chance, drafts, cookies, the page itself.
//!
//! Called from effects and event handlers only, which never run on the server.

use super::json;
use crate::protocol::{
    ids::{Cid, Millis, RoomId, Seq, UserId},
    snapshot::{Language, Theme},
};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::{
    prelude::{document, window},
    task::spawn_local,
};
use std::collections::HashMap;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, Storage, VisibilityState};

/// The browser's clock.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are exact in a f64")]
pub(super) fn now() -> Millis {
    Millis(js_sys::Date::now() as i64)
}

/// A number from 0 up to 1, by chance.
pub(super) fn random() -> f64 {
    js_sys::Math::random()
}

/// A new id for something to be sent.
pub(super) fn new_cid() -> Cid {
    Cid(Uuid::now_v7())
}

/// The user looks at the page.
pub(super) fn is_attending() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Plays a short sound; a page to which nobody has done anything yet may not.
pub(super) fn chime() {
    if let Some(sound) = make("Audio", "/chime.wav") {
        leave_to(call(&sound, "play", &Array::new()));
    }
}

/// Tells something outside the page, where the user has allowed it and the browser can.
pub(super) fn notify(text: String) {
    if notification_permission().as_deref() == Some("granted") {
        spawn_local(async move { _ = notify_by_worker(&text).await });
    }
}

/// By the service worker, for on phones a page may not itself.
async fn notify_by_worker(text: &str) -> Option<()> {
    let workers = member(&member(&window(), "navigator")?, "serviceWorker")?;
    JsFuture::from(call(&workers, "register", &Array::of1(&"/notices.js".into()))?).await.ok()?;
    let ready: Promise = member(&workers, "ready")?.dyn_into().ok()?;
    let worker = JsFuture::from(ready).await.ok()?;
    leave_to(call(&worker, "showNotification", &Array::of1(&text.into())));
    Some(())
}

/// It is not decided whether the page may tell things outside itself.
pub fn may_ask_to_notify() -> bool {
    notification_permission().as_deref() == Some("default")
}

/// Asks the user whether the page may tell things outside itself.
pub fn ask_to_notify() {
    if let Some(notification) = member(&window(), "Notification") {
        leave_to(call(&notification, "requestPermission", &Array::new()));
    }
}

fn notification_permission() -> Option<String> {
    member(&member(&window(), "Notification")?, "permission")?.as_string()
}

/// What an object has by that name. By their names, for not every browser has them all.
fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|it| !it.is_undefined())
}

/// A new object of a class of the window's, of one text; none where it cannot be.
fn make(class: &str, text: &str) -> Option<JsValue> {
    let class: Function = member(&window(), class)?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of1(&text.into())).ok()
}

/// Calls a method; returns what is promised, if something is.
fn call(of: &JsValue, method: &str, with: &Array) -> Option<Promise> {
    let method: Function = member(of, method)?.dyn_into().ok()?;
    Reflect::apply(&method, of, with).ok()?.dyn_into().ok()
}

/// What comes later may be a refusal, which is nobody's fault.
fn leave_to(promise: Option<Promise>) {
    if let Some(promise) = promise {
        spawn_local(async move { _ = JsFuture::from(promise).await });
    }
}

/// Loads the page again.
pub fn reload() {
    // Nothing is left to be done if even that fails.
    _ = window().location().reload();
}

/// Goes to another page by the browser, not by the router.
pub(super) fn go_to(address: &str) {
    _ = window().location().set_href(address);
}

/// The sign-in page that leads back here.
pub fn sign_in_address() -> String {
    let here = window().location().pathname().unwrap_or_default();
    format!("/sign-in?next={}", String::from(js_sys::encode_uri_component(&here)))
}

/// Minutes to add to UTC for the browser's clock.
#[expect(clippy::cast_possible_truncation, reason = "a zone is less than a day away")]
pub(super) fn zone_min() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}

/// What a field for date and time holds, by the browser's clock; none where it holds nothing.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are exact in a f64")]
pub(super) fn local_moment(value: &str) -> Option<Millis> {
    let at = js_sys::Date::parse(value);
    at.is_finite().then_some(Millis(at as i64))
}

/// Tomorrow at that hour, by the browser's clock.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are exact in a f64")]
pub(super) fn tomorrow_at(hour: u32) -> Millis {
    let day = js_sys::Date::new_0();
    day.set_date(day.get_date() + 1);
    day.set_hours(hour);
    day.set_minutes(0);
    day.set_seconds(0);
    day.set_milliseconds(0);
    Millis(day.get_time() as i64)
}

/// Keeps the zone for the server's next first paint.
pub(super) fn keep_zone(zone_min: i32) {
    let page = document();
    if let Some(page) = page.dyn_ref::<HtmlDocument>() {
        let cookie = format!("maru_zone={zone_min}; path=/; max-age=31536000; samesite=lax");
        _ = page.set_cookie(&cookie);
    }
}

/// The draft that a user has kept for a room, or for a question.
pub(super) fn draft(user: UserId, of: Uuid) -> Option<String> {
    storage()?.get_item(&draft_key(user, of)).ok().flatten()
}

/// Keeps a user's draft over a reload; an empty one is forgotten.
pub(super) fn keep_draft(user: UserId, of: Uuid, text: &str) {
    let Some(storage) = storage() else { return };
    // Full or forbidden storage costs the draft's second life, nothing else.
    _ = if text.is_empty() {
        storage.remove_item(&draft_key(user, of))
    } else {
        storage.set_item(&draft_key(user, of), text)
    };
}

/// The newest entry that a user has seen, of each room.
pub(super) fn seen(user: UserId) -> HashMap<RoomId, Seq> {
    storage()
        .and_then(|it| it.get_item(&seen_key(user)).ok().flatten())
        .and_then(|text| json::read(&text).ok())
        .unwrap_or_default()
}

/// Keeps what a user has seen.
pub(super) fn keep_seen(user: UserId, seen: &HashMap<RoomId, Seq>) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(seen)) {
        _ = storage.set_item(&seen_key(user), &text);
    }
}

/// The value of the look's form for a language.
pub const fn language_value(language: Language) -> &'static str {
    match language {
        Language::Ko => "ko",
        Language::En => "en",
    }
}

/// The value of the look's form for a theme.
pub const fn theme_value(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn draft_key(user: UserId, of: Uuid) -> String {
    format!("maru.draft.{user}.{of}")
}

fn seen_key(user: UserId) -> String {
    format!("maru.seen.{user}")
}
