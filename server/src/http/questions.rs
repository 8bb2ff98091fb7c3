//! Questions that two who were matched answer for each other, by REST, and their answer book to be
//! taken along.

pub(super) mod packs;
pub(super) mod pages;

use super::{
    Site,
    api::{Answer, Body, find},
    error::Refused,
    pages::to_sign_in,
    visitor::{SignedIn, Visitor},
};
use crate::{auth::Login, engine::clock, questions::book::BookFile};
use app::protocol::{
    ids::{AskedId, Millis, RoomId},
    questions::{
        AnswerError, AnswerText, AskedQuestion, PairSettings,
        book::{AnswerBook, BookFilter, BookOrder, BookShow, Whose},
    },
    refusal::Refusal,
    snapshot::{Preferences, RoomSummary},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{
        HeaderName, StatusCode, Uri,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// A question, from an address or a field. What is no id was never asked.
pub(super) fn asked_id(text: &str) -> Result<AskedId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// An answer as it was written.
pub(super) fn answer_text(text: &str) -> Result<AnswerText, Refusal> {
    text.replace("\r\n", "\n").parse().map_err(|error| match error {
        AnswerError::Empty => Refusal::Empty,
        AnswerError::TooLong => {
            let chars_max = app::protocol::limits::ANSWER_CHARS_MAX;
            Refusal::TooLong { chars_max: u32::try_from(chars_max).unwrap_or(u32::MAX) }
        }
    })
}

/// The room of that name or id, for somebody who does something there, not too often.
pub(super) fn room_to_do(site: &Site, login: &Login, room: &str) -> Result<RoomId, Refusal> {
    let room = find(site, login, room)?;
    site.rates.sends.check(&login.user.id)?;
    Ok(room.id)
}

/// The question that is to come back; the next one where none is named.
#[derive(Debug, Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    back: Option<AskedId>,
}

pub(super) async fn ask(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Asking { back }): Body<Asking>,
) -> Answer<StatusCode> {
    let room = room_to_do(&site, &login, &room)?;
    site.engine.ask(&login.who(), room, back).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
pub(super) struct Answering {
    text: String,
}

pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Path((room, asked)): Path<(String, String)>,
    SignedIn { login, .. }: SignedIn,
    Body(Answering { text }): Body<Answering>,
) -> Answer<StatusCode> {
    let room = room_to_do(&site, &login, &room)?;
    let text = answer_text(&text)?;
    site.engine.answer_question(&login.who(), room, asked_id(&asked)?, text).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn skip(
    State(site): State<Arc<Site>>,
    Path((room, asked)): Path<(String, String)>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let room = room_to_do(&site, &login, &room)?;
    site.engine.skip_question(&login.who(), room, asked_id(&asked)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(settings): Body<PairSettings>,
) -> Answer<StatusCode> {
    let room = room_to_do(&site, &login, &room)?;
    site.engine.set_questions(&login.who(), room, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What of the book is sought, as a form sends it: empty for what was not chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Seeking {
    q: String,
    pack: String,
    whose: String,
    since: String,
    until: String,
    show: String,
    order: String,
}

/// What an address seeks in a book.
pub(super) fn sought(uri: &Uri) -> Result<BookFilter, Refusal> {
    let Query(seeking) = Query::<Seeking>::try_from_uri(uri).map_err(|_| Refusal::Malformed)?;
    let moment = |text: &str| match text {
        "" => Ok(None),
        ms => ms.parse().map(|ms| Some(Millis(ms))).map_err(|_| Refusal::Malformed),
    };
    let (since, until) = (moment(&seeking.since)?, moment(&seeking.until)?);
    let pack = match seeking.pack.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Refusal::Malformed)?),
    };
    let whose = match seeking.whose.as_str() {
        "" => None,
        "mine" => Some(Whose::Mine),
        "theirs" => Some(Whose::Theirs),
        _ => return Err(Refusal::Malformed),
    };
    let show = match seeking.show.as_str() {
        "" | "answered" => BookShow::Answered,
        "open" => BookShow::Open,
        "skipped" => BookShow::Skipped,
        "all" => BookShow::All,
        _ => return Err(Refusal::Malformed),
    };
    let order = match seeking.order.as_str() {
        "" | "newest_first" => BookOrder::NewestFirst,
        "oldest_first" => BookOrder::OldestFirst,
        "by_pack" => BookOrder::ByPack,
        _ => return Err(Refusal::Malformed),
    };
    Ok(BookFilter { pack, text: seeking.q, whose, since, until, show, order })
}

pub(super) async fn book(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    uri: Uri,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<AnswerBook>> {
    let room = find(&site, &login, &room)?;
    Ok(Json(site.engine.book(login.user.id, room.id, &sought(&uri)?).await?))
}

/// A file to be saved.
type File = ([(HeaderName, String); 2], String);

fn file(name: &str, kind: &str, text: String) -> File {
    let saved = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, saved)], text)
}

/// The book as a file has it.
async fn book_file(site: &Site, login: &Login, room: &str, uri: &Uri) -> Result<BookFile, Refusal> {
    let room: RoomSummary = find(site, login, room)?;
    let book = site.engine.book(login.user.id, room.id, &sought(uri)?).await?;
    let found: Vec<&AskedQuestion> = book.found.iter().collect();
    Ok(BookFile::of(&found, [&login.user.name, &room.name], clock::now()))
}

/// `/rooms/{room}/book.md`
pub(super) async fn book_markdown(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let Ok(login) = visitor.login() else { return to_sign_in(uri.path()) };
    let Preferences { language, zone_min, .. } = visitor.preferences;
    match book_file(&site, login, &room, &uri).await {
        Ok(book) => {
            let text = book.to_markdown(language, zone_min);
            file("answers.md", "text/markdown; charset=utf-8", text).into_response()
        }
        Err(refusal) => Refused(refusal).into_response(),
    }
}

/// `/rooms/{room}/book.json`
pub(super) async fn book_json(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let Ok(login) = visitor.login() else { return to_sign_in(uri.path()) };
    let book = book_file(&site, login, &room, &uri).await;
    match book.and_then(|it| it.to_json().map_err(|_| Refusal::Internal)) {
        Ok(text) => file("answers.json", "application/json", text).into_response(),
        Err(refusal) => Refused(refusal).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_of_the_book_is_sought() {
        let check = |address: &str, expected: Result<BookFilter, Refusal>| {
            assert_eq!(sought(&address.parse().unwrap()), expected, "{address}");
        };
        check("/book", Ok(BookFilter::default()));
        check("/book?q=&pack=&whose=&since=&until=&show=&order=", Ok(BookFilter::default()));
        let whole = BookFilter {
            pack: Some("tea".parse().unwrap()),
            text: "바다".into(),
            whose: Some(Whose::Theirs),
            since: Some(Millis(5)),
            until: Some(Millis(9)),
            show: BookShow::All,
            order: BookOrder::ByPack,
        };
        let address = "/book?q=%EB%B0%94%EB%8B%A4&pack=tea&whose=theirs&since=5&until=9&show=all\
                       &order=by_pack";
        check(address, Ok(whole));
        for wrong in ["pack=A", "whose=ours", "since=x", "show=x", "order=x"] {
            check(&format!("/book?{wrong}"), Err(Refusal::Malformed));
        }
    }

    #[test]
    fn an_answer_is_told_what_is_wrong_with_it() {
        assert_eq!(answer_text(" \r\n").unwrap_err(), Refusal::Empty);
        let long = "가".repeat(2_001);
        assert_eq!(answer_text(&long).unwrap_err(), Refusal::TooLong { chars_max: 2_000 });
        assert_eq!(answer_text("a\r\nb").unwrap().as_str(), "a\nb");
    }
}
