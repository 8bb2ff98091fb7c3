//! A form of several fields that was refused: what was typed, and which field it was for.

use super::First;
use crate::{
    client::Client,
    protocol::{refusal::Refusal, snapshot::Snapshot},
};
use leptos::prelude::*;
use std::sync::Arc;

/// What a form holds when its page is shown again.
#[derive(Clone)]
pub(super) struct Refilled(Arc<Snapshot>);

impl Refilled {
    /// From what the page was first painted from.
    pub(super) fn new() -> Self {
        Self(expect_context::<First>().0)
    }

    /// What was typed there, else what is usual.
    pub(super) fn value(&self, field: &str, usual: &str) -> String {
        let typed = self.0.fields.iter().find(|it| it.0 == field);
        typed.map_or_else(|| usual.to_owned(), |it| it.1.clone())
    }

    /// Whether that choice is to be chosen.
    pub(super) fn is_chosen(&self, field: &str, choice: &str, usual: &str) -> bool {
        self.value(field, usual) == choice
    }

    /// What was typed there in the form that does that, else what is usual: others of the page may
    /// have a field of that name.
    pub(super) fn value_of(&self, act: &str, field: &str, usual: &str) -> String {
        if self.value("act", "") == act { self.value(field, usual) } else { usual.to_owned() }
    }

    /// Whether a form that does that was refused because whom it named was not found.
    pub(super) fn has_missed(&self, act: &str) -> bool {
        self.0.refused == Some(Refusal::NotFound) && self.value("act", "") == act
    }

    /// Why the form was refused, if for that field.
    fn fault(&self, field: &str) -> Option<Refusal> {
        self.0.refused.filter(|it| !self.0.fields.is_empty() && field_of(*it) == Some(field))
    }

    /// Whether the form was refused for one of its fields, which says so itself.
    pub(super) fn has_fault(&self) -> bool {
        !self.0.fields.is_empty() && self.0.refused.is_some_and(|it| field_of(it).is_some())
    }
}

/// The field that a refusal is about.
const fn field_of(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::NameLength { .. } | Refusal::NameCharacters | Refusal::NameTaken => Some("name"),
        Refusal::TooLong { .. } => Some("topic"),
        Refusal::PasswordLength { .. } | Refusal::PasswordCommon | Refusal::WrongPassword => {
            Some("password")
        }
        _ => None,
    }
}

/// Why a field was refused, beside it.
#[component]
pub(super) fn Fault(
    /// The form.
    refilled: Refilled,
    /// The field's name; the fault is found by `{field}-fault`.
    field: &'static str,
) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    refilled.fault(field).map(|refusal| {
        let id = format!("{field}-fault");
        view! { <p class="fault" role="alert" id=id>{(texts.refusal)(refusal)}</p> }
    })
}

/// One of several that a form offers, with what it means.
#[component]
pub(super) fn Choice(
    /// The field's name.
    name: &'static str,
    /// What is sent.
    value: &'static str,
    /// What it is called.
    label: &'static str,
    /// What it means.
    hint: &'static str,
    /// It is the one that is chosen.
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice choice--told">
            <input type="radio" name=name value=value checked=checked />
            <span>
                {label}
                <span class="hint">{hint}</span>
            </span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_there_again_and_the_fault_beside_its_field() {
        let refused = Some(Refusal::PasswordLength { chars_min: 4, chars_max: 64 });
        let fields = vec![("name".to_owned(), "밤 산책".to_owned())];
        let snapshot = Snapshot { refused, fields, ..Snapshot::default() };
        let refilled = Refilled(Arc::new(snapshot));
        assert_eq!(refilled.value("name", ""), "밤 산책");
        assert_eq!(refilled.value("capacity", "12"), "12");
        assert!(refilled.is_chosen("kind", "private", "private"));
        assert!(refilled.has_fault());
        assert_eq!(refilled.fault("password"), refused);
        assert_eq!(refilled.fault("name"), None);
    }

    #[test]
    fn what_another_form_left_is_no_fault_here() {
        let refused = Some(Refusal::WrongPassword);
        let refilled = Refilled(Arc::new(Snapshot { refused, ..Snapshot::default() }));
        assert!(!refilled.has_fault());
        assert_eq!(refilled.fault("password"), None);
    }
}
