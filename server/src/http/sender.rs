//! Who sends a form, signed in, and the form. Whoever is not signed in is sent to sign in, and of a
//! form that cannot be read it is told so: either on the page that has the form.

use super::{Site, forms::unreadable, pages::to_sign_in, visitor::Visitor};
use crate::auth::Login;
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Whoever sends a form, signed in.
pub(super) struct Sender {
    pub(super) login: Login,
    pub(super) visitor: Visitor,
}

impl FromRequestParts<Arc<Site>> for Sender {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, site).await;
        let visitor = visitor.map_err(IntoResponse::into_response)?;
        let login = visitor.login.clone().ok_or_else(|| to_sign_in(page_of(parts.uri.path())))?;
        Ok(Self { login, visitor })
    }
}

/// A form that was sent, and by whom.
pub(super) struct Sent<T> {
    pub(super) login: Login,
    pub(super) visitor: Visitor,
    pub(super) form: T,
}

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Sender { login, visitor } = Sender::from_request_parts(&mut parts, site).await?;
        let path = parts.uri.path().to_owned();
        match Form::from_request(Request::from_parts(parts, body), site).await {
            Ok(Form(form)) => Ok(Self { login, visitor, form }),
            Err(_) => Err(unreadable(site, page_of(&path))),
        }
    }
}

/// The page that has the form which is sent to that path: of a room, a person, an invitation, or a
/// part of the administration, else of one of the first level.
fn page_of(path: &str) -> &str {
    let levels = match path.split('/').nth(1) {
        Some("rooms" | "people" | "invite" | "admin") => 2,
        _ => 1,
    };
    let end = path.match_indices('/').nth(levels).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_stands_on_a_page() {
        for (path, expected) in [
            ("/rooms/new", "/rooms/new"),
            ("/rooms/plaza/enter", "/rooms/plaza"),
            ("/rooms/%EB%A7%88%EB%A3%A8/waiting/end", "/rooms/%EB%A7%88%EB%A3%A8"),
            ("/people/1/report", "/people/1"),
            ("/invite/abc", "/invite/abc"),
            ("/later/1/cancel", "/later"),
            ("/settings/logins/1/end", "/settings"),
            ("/notices/1/confirm", "/notices"),
            ("/admin/reports/1", "/admin/reports"),
            ("/admin/announce", "/admin/announce"),
        ] {
            assert_eq!(page_of(path), expected);
        }
    }
}
