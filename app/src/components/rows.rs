//! Lists whose lines come and go. All of them are of one type, for a keyed list of a type of its
//! own would cost the wasm seven kilobytes each.

use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A line of a list: what tells it from the others and from itself once it has to be drawn anew,
/// and how it is drawn.
pub struct Row {
    key: u64,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Row {
    /// A line by its key.
    pub fn new(key: impl Hash, draw: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self { key: hasher.finish(), draw: Box::new(draw) }
    }
}

/// The lines that `each` gives, moved, made and removed by their keys.
pub fn rows(each: impl Fn() -> Vec<Row> + Send + 'static) -> AnyView {
    let each: Box<dyn Fn() -> Vec<Row> + Send> = Box::new(each);
    view! { <For each key=|it: &Row| it.key children=|it: Row| (it.draw)() /> }.into_any()
}
