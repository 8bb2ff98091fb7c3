use leptos::prelude::*;
#[component] pub fn App() -> impl IntoView {}
pub fn shell(_o: LeptosOptions) -> impl IntoView {}
