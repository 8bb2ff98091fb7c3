//! The browser's entry: takes the page over from the server's HTML, nothing else.

// The pages' views are deep types, in release builds above all.
#![recursion_limit = "256"]

use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes the page over and says so on `<html data-hydrated>`.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    let html = document().document_element();
    // Only the browser's tests look for it.
    _ = html.map(|it| it.set_attribute("data-hydrated", ""));
}
