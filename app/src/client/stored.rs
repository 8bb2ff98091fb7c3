//! The outbox in `IndexedDB`, so that what is queued survives a reload.
//!
//! Database `maru`, store `outbox`: the key is the `cid`, the value the user and the message as
//! JSON text. Several tabs may write to it: each writes whole values under keys that are unique
//! for ever, and a message sent by two tabs is one entry.

use super::{json, outbox::Outgoing};
use crate::protocol::ids::{Cid, UserId};
use js_sys::{Array, Promise};
use leptos::{prelude::window, task::spawn_local};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

const STORE: &str = "outbox";

/// What stands under a `cid`.
#[derive(Serialize, Deserialize)]
struct Kept {
    user: UserId,
    item: Outgoing,
}

thread_local! {
    /// The open database. It cannot live in a signal that is `Send`.
    static DATABASE: RefCell<Option<IdbDatabase>> = const { RefCell::new(None) };
}

/// Keeps a message until [`forget`].
pub(super) fn keep(user: UserId, item: &Outgoing) {
    let cid = item.cid;
    let Ok(text) = serde_json::to_string(&Kept { user, item: item.clone() }) else { return };
    spawn_local(async move {
        // Without storage (private windows may have none) the message lives as long as the tab.
        if let Ok(store) = store(IdbTransactionMode::Readwrite).await {
            _ = store.put_with_key(&text.into(), &key(cid));
        }
    });
}

/// Forgets a message: it is stored by the server, or was discarded.
pub(super) fn forget(cid: Cid) {
    spawn_local(async move {
        if let Ok(store) = store(IdbTransactionMode::Readwrite).await {
            _ = store.delete(&key(cid));
        }
    });
}

/// All messages kept for a user, in the order they were written.
pub(super) async fn kept(user: UserId) -> Vec<Outgoing> {
    let Ok(store) = store(IdbTransactionMode::Readonly).await else { return Vec::new() };
    let Ok(request) = store.get_all() else { return Vec::new() };
    let Ok(values) = JsFuture::from(outcome(&request)).await else { return Vec::new() };
    Array::from(&values)
        .iter()
        .filter_map(|value| json::read::<Kept>(&value.as_string()?).ok())
        .filter(|it| it.user == user)
        .map(|it| it.item)
        .collect()
}

/// UUIDs of version 7 sort by time, as text too.
fn key(cid: Cid) -> JsValue {
    cid.to_string().into()
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    database().await?.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

async fn database() -> Result<IdbDatabase, JsValue> {
    if let Some(open) = DATABASE.with_borrow(Clone::clone) {
        return Ok(open);
    }
    let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
    let request: IdbOpenDbRequest = factory.open_with_u32("maru", 1)?;
    let opening = request.clone();
    let make = Closure::once_into_js(move || {
        if let Ok(database) = opening.result() {
            // It fails only where the store is there already.
            _ = database.unchecked_into::<IdbDatabase>().create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(make.unchecked_ref()));
    let database: IdbDatabase = JsFuture::from(outcome(&request)).await?.unchecked_into();
    DATABASE.with_borrow_mut(|it| *it = Some(database.clone()));
    Ok(database)
}

/// A promise of a request's result.
fn outcome(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let done = request.clone();
        let on_success = Closure::once_into_js(move || {
            _ = resolve.call1(&JsValue::NULL, &done.result().unwrap_or(JsValue::UNDEFINED));
        });
        let on_error = Closure::once_into_js(move || {
            _ = reject.call0(&JsValue::NULL);
        });
        request.set_onsuccess(Some(on_success.unchecked_ref()));
        request.set_onerror(Some(on_error.unchecked_ref()));
    })
}
