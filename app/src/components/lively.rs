//! What changes while a page is shown: texts, parts, and whether something is there. Each is of one
//! type wherever it stands, for the wasm would have the code that keeps it up to date once for every
//! closure otherwise: two kilobytes each.

use leptos::prelude::*;

/// A text that changes: what stands in an element, or the value of an attribute.
pub type Says = Box<dyn Fn() -> String + Send>;

/// A text that changes.
pub fn says<T: Into<String>>(text: impl Fn() -> T + Send + 'static) -> Says {
    Box::new(move || text().into())
}

/// What turns an attribute on and off, such as `hidden`.
pub fn flag(is_on: impl Fn() -> bool + Send + 'static) -> Box<dyn Fn() -> bool + Send> {
    Box::new(is_on)
}

/// A part of a page that is drawn anew.
pub fn part<T: IntoAny>(draw: impl Fn() -> T + Send + 'static) -> AnyView {
    let draw: Box<dyn Fn() -> AnyView + Send> = Box::new(move || draw().into_any());
    draw.into_any()
}
