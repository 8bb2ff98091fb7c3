//! The doors for what users tell of themselves, and for how they sign in.

use super::{
    Site,
    api::{Answer, Body},
    error::status_of,
    flash::Flash,
    forms::{back, outcome},
    render::Page,
    sender::Sent,
    visitor::{SignedIn, Visitor},
};
use crate::snapshot::{self, Wanted};
use app::protocol::{
    pages::{Own, Plain, Profile},
    people::ByHand,
    profile::{LANGUAGES, ProfileChange},
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

pub(super) async fn person(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<Profile>> {
    let user = user.parse().map_err(|_| Refusal::NotFound)?;
    Ok(Json(site.engine.profile(login.user.id, user).await?))
}

pub(super) async fn own(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<Own>> {
    Ok(Json(site.auth.own(&login).await?))
}

pub(super) async fn change(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(change): Body<ProfileChange>,
) -> Answer<Json<Own>> {
    site.auth.change_profile(&login, change).await?;
    Ok(Json(site.auth.own(&login).await?))
}

/// The form about oneself. Boxes that are not ticked are not sent, so that a form sets everything.
pub(super) async fn change_form(
    State(site): State<Arc<Site>>,
    Sent { login, visitor, form: mut fields }: Sent<HashMap<String, String>>,
) -> Response {
    let ticked = |(tag, _): &&(&str, &str)| fields.contains_key(&format!("language-{tag}"));
    let languages = LANGUAGES.iter().filter(ticked).map(|(tag, _)| (*tag).to_owned()).collect();
    let presence = fields.get("presence").and_then(|it| ByHand::named(it));
    let change = ProfileChange {
        about: Some(fields.remove("about").unwrap_or_default()),
        languages: Some(languages),
        interests: Some(vec![fields.remove("interests").unwrap_or_default()]),
        presence,
    };
    match site.auth.change_profile(&login, change.clone()).await {
        Ok(()) => back(&site, "/settings", &Flash::done(Done::Saved)),
        Err(refusal) => profile_again(&site, &visitor, change, refusal).await,
    }
}

/// The settings with the form as it was filled in, and why it was refused.
async fn profile_again(
    site: &Site,
    visitor: &Visitor,
    typed: ProfileChange,
    refusal: Refusal,
) -> Response {
    let login = visitor.login.as_ref();
    let loaded = snapshot::load(site, login, visitor.preferences, Wanted::Settings).await;
    let Ok(mut snapshot) = loaded else { return status_of(refusal).into_response() };
    if let Plain::Settings(own) = &mut snapshot.plain {
        own.about = typed.about.unwrap_or_default();
        own.languages = typed.languages.unwrap_or_default();
        own.interests = typed.interests.unwrap_or_default();
        own.presence = typed.presence.unwrap_or_default();
    }
    snapshot.refused = Some(refusal);
    let page = Page::new("/settings/profile", snapshot).status(status_of(refusal));
    page.render(site, &Flash::default()).await
}

/// Another e-mail address, and the password that one has.
#[derive(Deserialize)]
pub(super) struct NewEmail {
    #[serde(default)]
    current: String,
    #[serde(default)]
    email: String,
}

pub(super) async fn email(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(NewEmail { current, email }): Body<NewEmail>,
) -> Answer<StatusCode> {
    site.auth.change_email(&login, current, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn email_form(
    State(site): State<Arc<Site>>,
    Sent { login, form: NewEmail { current, email }, .. }: Sent<NewEmail>,
) -> Response {
    let changed = site.auth.change_email(&login, current, &email).await;
    back(&site, "/settings", &outcome(changed, Done::Saved, String::new()))
}

/// Whether a new login ends the others.
#[derive(Debug, Deserialize)]
pub(super) struct OneLogin {
    #[serde(default)]
    one_login: bool,
}

pub(super) async fn one_login(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(OneLogin { one_login }): Body<OneLogin>,
) -> Answer<StatusCode> {
    site.auth.set_one_login(&login, one_login).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn one_login_form(
    State(site): State<Arc<Site>>,
    Sent { login, form: OneLogin { one_login }, .. }: Sent<OneLogin>,
) -> Response {
    let set = site.auth.set_one_login(&login, one_login).await;
    back(&site, "/settings", &outcome(set, Done::Saved, String::new()))
}
