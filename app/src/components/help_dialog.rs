//! The list of keys.

use crate::client::Client;
use leptos::{html, prelude::*};

/// A dialog that lists the keys.
#[component]
pub fn HelpDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let house = &expect_context::<Client>().texts.house;
    let dialog = NodeRef::<html::Dialog>::new();
    open_with(dialog, open);
    let keys = house
        .keys
        .iter()
        .map(|(key, what)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*what}</dd> })
        .collect_view();
    view! {
        <dialog
            class="dialog help-dialog"
            node_ref=dialog
            aria-label=house.keys_title
            on:close=move |_| open.set(false)
        >
            <h2>{house.keys_title}</h2>
            <dl class="help-dialog__keys">{keys}</dl>
            <button class="plain" type="button" on:click=move |_| open.set(false)>
                {house.close}
            </button>
        </dialog>
    }
}

/// Lets a dialog be open, over everything else, while the signal says so.
pub(super) fn open_with(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // It fails only where the dialog is open already.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}
