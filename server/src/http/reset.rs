//! The doors for a forgotten password: `/forgot`, `/reset`, and both by their old name `/passreset`.

use super::{
    Site,
    api::{Answer, Body},
    error::status_of,
    flash::Flash,
    forms::{Filled, back},
    render::Page,
    visitor::Visitor,
};
use crate::snapshot::{self, Wanted};
use app::protocol::{pages::Plain, refusal::Refusal, snapshot::Done};
use axum::{
    Form,
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderValue, StatusCode, header::REFERRER_POLICY},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// What the two forms have, and what the link has.
#[derive(Default, Deserialize)]
pub(super) struct Reset {
    #[serde(default)]
    name: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn forgot_page(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    show(&site, &visitor, "/forgot", None, "").await
}

pub(super) async fn forgot(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<Reset>,
) -> Response {
    let Ok(Form(Reset { name, .. })) = form else {
        return show(&site, &visitor, "/forgot", Some(Refusal::Malformed), "").await;
    };
    match site.auth.ask_reset(name.clone(), visitor.preferences.language, &visitor.address) {
        Ok(()) => back(&site, "/forgot", &Flash::done(Done::ResetAsked)),
        Err(refusal) => show(&site, &visitor, "/forgot", Some(refusal), &name).await,
    }
}

pub(super) async fn reset_page(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    let Reset { token, .. } = asked(&uri);
    let refused = site.auth.check_reset(&token).await.err();
    show(&site, &visitor, &reset_path(&token), refused, "").await
}

pub(super) async fn reset(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<Reset>,
) -> Response {
    let Ok(Form(Reset { token, password, .. })) = form else {
        return show(&site, &visitor, "/reset", Some(Refusal::LinkOver), "").await;
    };
    match site.auth.redeem_reset(&token, password, &visitor.address).await {
        Ok(()) => without_referrer(back(&site, "/sign-in", &Flash::done(Done::PasswordSet))),
        Err(refusal) => show(&site, &visitor, &reset_path(&token), Some(refusal), "").await,
    }
}

/// `/passreset`: with a token the one page, without it the other.
pub(super) async fn old_page(OriginalUri(uri): OriginalUri) -> Response {
    let Reset { token, .. } = asked(&uri);
    let to = if token.is_empty() { "/forgot".to_owned() } else { reset_path(&token) };
    without_referrer(Redirect::to(&to).into_response())
}

/// `/passreset`: with a token the one form, without it the other.
pub(super) async fn old_form(
    state: State<Arc<Site>>,
    visitor: Visitor,
    form: Filled<Reset>,
) -> Response {
    match &form {
        Ok(Form(filled)) if !filled.token.is_empty() => reset(state, visitor, form).await,
        _ => forgot(state, visitor, form).await,
    }
}

/// Whose password was forgotten.
#[derive(Debug, Deserialize)]
pub(super) struct Forgotten {
    name: String,
}

pub(super) async fn api_forgot(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(Forgotten { name }): Body<Forgotten>,
) -> Answer<StatusCode> {
    site.auth.ask_reset(name, visitor.preferences.language, &visitor.address)?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    password: String,
}

pub(super) async fn api_reset(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    visitor: Visitor,
    Body(Chosen { password }): Body<Chosen>,
) -> Answer<StatusCode> {
    site.auth.redeem_reset(&token, password, &visitor.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn asked(uri: &axum::http::Uri) -> Reset {
    Query::try_from_uri(uri).map(|Query(it)| it).unwrap_or_default()
}

/// The page of a token, with nothing in its address that a token has not.
fn reset_path(token: &str) -> String {
    let token: String = token.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    format!("/reset?token={token}")
}

/// One of the two pages, and why its form was refused. The address of the second is a secret, so
/// that neither page tells it to any other.
async fn show(
    site: &Site,
    visitor: &Visitor,
    path: &str,
    refused: Option<Refusal>,
    typed: &str,
) -> Response {
    let login = visitor.login.as_ref();
    let mut snapshot = match snapshot::load(site, login, visitor.preferences, Wanted::Nothing).await
    {
        Ok(snapshot) => snapshot,
        Err(refusal) => return status_of(refusal).into_response(),
    };
    snapshot.plain = Plain::Forgot { mails: site.auth.mails() };
    snapshot.refused = refused;
    snapshot.typed = Some(typed.to_owned()).filter(|it| !it.is_empty());
    let status = refused.map_or(StatusCode::OK, status_of);
    let page = Page::new(path, snapshot).status(status);
    without_referrer(page.render(site, &visitor.flash).await)
}

fn without_referrer(mut response: Response) -> Response {
    let none = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(REFERRER_POLICY, none);
    response
}
