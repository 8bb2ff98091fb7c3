//! The doors for pictures of users.

use super::{
    Site,
    api::Answer,
    flash::Flash,
    forms::{back, outcome},
    sender::Sender,
    visitor::SignedIn,
};
use crate::{auth::Login, pictures::Square};
use app::protocol::{ids::UserId, limits::PICTURE_BYTES_MAX, refusal::Refusal, snapshot::Done};
use axum::{
    Json,
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest as _, Multipart, Path, Query, Request, State,
        multipart::MultipartError, rejection::QueryRejection,
    },
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A form has more to it than the picture.
const FORM_BYTES_MAX: usize = PICTURE_BYTES_MAX + 16 * 1024;
/// A number in a form is short.
const NUMBER_BYTES_MAX: usize = 10;
/// An address with a version has one picture for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Which square of the picture; all three or none.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Cut {
    x: Option<u32>,
    y: Option<u32>,
    size: Option<u32>,
}

impl Cut {
    fn square(self) -> Result<Option<Square>, Refusal> {
        match (self.x, self.y, self.size) {
            (None, None, None) => Ok(None),
            (Some(x), Some(y), Some(size)) => Ok(Some(Square { x, y, size })),
            _ => Err(Refusal::Malformed),
        }
    }
}

/// The version of one's picture.
#[derive(Debug, Serialize)]
pub(super) struct PictureBody {
    picture: Option<String>,
}

pub(super) async fn put(
    State(site): State<Arc<Site>>,
    cut: Result<Query<Cut>, QueryRejection>,
    SignedIn { login, .. }: SignedIn,
    request: Request,
) -> Answer<Json<PictureBody>> {
    let Query(cut) = cut.map_err(|_| Refusal::Malformed)?;
    Ok(Json(PictureBody { picture: take(&site, &login, cut, request).await? }))
}

pub(super) async fn put_form(
    State(site): State<Arc<Site>>,
    Sender { login, .. }: Sender,
    request: Request,
) -> Response {
    let taken = take(&site, &login, Cut::default(), request).await;
    back(&site, "/settings", &outcome(taken, Done::Saved, String::new()))
}

/// Takes a new picture in: who, how often and how many at a time first, then the bytes.
async fn take(
    site: &Arc<Site>,
    login: &Login,
    cut: Cut,
    request: Request,
) -> Result<Option<String>, Refusal> {
    site.rates.pictures.check(&login.user.id)?;
    let place = site.pictures.place()?;
    let (bytes, cut) = read(site, request, cut).await?;
    let picture = site.pictures.remake(bytes, cut.square()?).await?;
    drop(place);
    Ok(site.auth.set_picture(login, Some(picture)).await?.picture)
}

/// The file and the square, out of a form or as they are.
async fn read(site: &Arc<Site>, mut request: Request, cut: Cut) -> Result<(Bytes, Cut), Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if !kind.is_some_and(|it| it.starts_with("multipart/form-data")) {
        DefaultBodyLimit::max(PICTURE_BYTES_MAX).apply(&mut request);
        let bytes = Bytes::from_request(request, site).await;
        return Ok((bytes.map_err(|it| cut_off(it.status()))?, cut));
    }
    DefaultBodyLimit::max(FORM_BYTES_MAX).apply(&mut request);
    let form = Multipart::from_request(request, site).await;
    read_form(form.map_err(|_| Refusal::Malformed)?, cut).await
}

async fn read_form(mut form: Multipart, mut cut: Cut) -> Result<(Bytes, Cut), Refusal> {
    let mut file = Bytes::new();
    let unreadable = |it: MultipartError| cut_off(it.status());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?;
        match name.as_str() {
            "picture" => file = bytes,
            "x" => cut.x = number(&bytes)?,
            "y" => cut.y = number(&bytes)?,
            "size" => cut.size = number(&bytes)?,
            _ => {}
        }
    }
    if file.len() > PICTURE_BYTES_MAX { Err(Refusal::TooLarge) } else { Ok((file, cut)) }
}

/// A field that is empty says nothing.
fn number(bytes: &[u8]) -> Result<Option<u32>, Refusal> {
    let text = bytes.get(..NUMBER_BYTES_MAX.min(bytes.len())).map(str::from_utf8);
    match text {
        Some(Ok("")) => Ok(None),
        Some(Ok(text)) if bytes.len() == text.len() => {
            text.parse().map(Some).map_err(|_| Refusal::Malformed)
        }
        _ => Err(Refusal::Malformed),
    }
}

fn cut_off(status: StatusCode) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE { Refusal::TooLarge } else { Refusal::Malformed }
}

pub(super) async fn delete(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.auth.set_picture(&login, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete_form(
    State(site): State<Arc<Site>>,
    Sender { login, .. }: Sender,
) -> Response {
    match site.auth.set_picture(&login, None).await {
        Ok(_) => back(&site, "/settings", &Flash::done(Done::Saved)),
        Err(refusal) => back(&site, "/settings", &Flash::refused(refusal, String::new())),
    }
}

/// Which picture: the small one unless asked for the large one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    size: String,
    #[serde(default)]
    v: String,
}

pub(super) async fn get(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    _: SignedIn,
) -> Answer<Response> {
    let Query(Wanted { size, v }) = wanted.map_err(|_| Refusal::Malformed)?;
    let user: UserId = user.parse().map_err(|_| Refusal::NotFound)?;
    let found = site.engine.store().picture(user, size == "large").await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let kept = if v == found.version { FOR_EVER } else { ASK_AGAIN };
    let kind = HeaderValue::from_str(&found.mime).map_err(|_| Refusal::Internal)?;
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], found.bytes).into_response())
}
