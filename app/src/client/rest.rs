//! Asks the REST interface.

use super::json;
use crate::protocol::{
    ids::Seq, message::Entry, pages, people::Person, refusal::Refusal, snapshot::RoomSummary,
};
use leptos::prelude::window;
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Why nothing was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadError {
    /// The server could not be reached, or its answer not be read.
    Unreachable,
    /// The server refused.
    Refused(Refusal),
}

/// The answer of `rooms/{id}/entries`.
#[derive(Deserialize)]
pub(super) struct Page {
    /// The newest entry of the room.
    pub(super) head: Seq,
    /// The entries, oldest first.
    pub(super) entries: Vec<Entry>,
}

/// The answer of `rooms/{id}/people`.
#[derive(Deserialize)]
pub(super) struct People {
    /// The members.
    pub(super) people: Vec<Person>,
    /// Up to where the other one of a direct room has seen the log.
    #[serde(default)]
    pub(super) seen: Seq,
}

/// The answer of `rooms/{id}/waiting/me`.
#[derive(Deserialize)]
pub(super) struct Place {
    /// The place, from 1, of who waits.
    #[serde(default)]
    pub(super) place: Option<u32>,
}

/// The answer of `rooms`.
#[derive(Deserialize)]
pub(super) struct Rooms {
    /// The channels.
    pub(super) rooms: Vec<RoomSummary>,
}

/// The answer of `later`.
#[derive(Deserialize)]
pub(super) struct Planned {
    /// What is to come, and what came.
    pub(super) planned: Vec<pages::Planned>,
}

/// The answer of `me`, of which only whether there is one counts.
#[derive(Deserialize)]
pub(super) struct MeIs {}

/// Loads what is at `/api/v1/{path}`.
pub(super) async fn load<T: DeserializeOwned>(path: &str) -> Result<T, LoadError> {
    let text = fetch(path).await?;
    json::read(&text).map_err(|_| LoadError::Unreachable)
}

/// Not generic, so that the wasm has it once.
async fn fetch(path: &str) -> Result<String, LoadError> {
    ask("GET", path, None).await
}

/// Sends a JSON body to `/api/v1/{path}`; the body of the answer.
pub(super) async fn post(path: &str, body: &str) -> Result<String, LoadError> {
    ask("POST", path, Some(body)).await
}

/// Says that there is something at `/api/v1/{path}`.
pub(super) async fn put(path: &str) -> Result<String, LoadError> {
    ask("PUT", path, None).await
}

/// Removes what is at `/api/v1/{path}`.
pub(super) async fn delete(path: &str) -> Result<String, LoadError> {
    ask("DELETE", path, None).await
}

/// Sends a JSON body, or none, to `/api/v1/{path}`; the body of the answer.
pub(super) async fn ask(method: &str, path: &str, body: Option<&str>) -> Result<String, LoadError> {
    let unreachable = |_: JsValue| LoadError::Unreachable;
    let request = RequestInit::new();
    request.set_method(method);
    if let Some(body) = body {
        let headers = Headers::new().map_err(unreachable)?;
        headers.set("content-type", "application/json").map_err(unreachable)?;
        request.set_headers(&headers);
        request.set_body(&JsValue::from_str(body));
    }
    let path = format!("/api/v1/{path}");
    let answer = JsFuture::from(window().fetch_with_str_and_init(&path, &request));
    let answer: Response = answer.await.map_err(unreachable)?.unchecked_into();
    let body = answer.text().map_err(unreachable)?;
    let text = JsFuture::from(body).await.map_err(unreachable)?.as_string().unwrap_or_default();
    if answer.ok() {
        return Ok(text);
    }
    let refusal = json::read(&text).unwrap_or(Refusal::Unknown);
    Err(if answer.status() >= 500 { LoadError::Unreachable } else { LoadError::Refused(refusal) })
}
