//! The pages of two's questions: the answer book, and how questions come up. Plain pages and
//! forms, which do without a script what the room's page does with one.

use super::{
    super::{
        Site,
        flash::Flash,
        forms::{back, outcome},
        pages::{path_of, room_path, show_plain, to_sign_in},
        sender::Sent,
        visitor::Visitor,
    },
    answer_text, asked_id,
    packs::summary,
    room_to_do, sought,
};
use crate::{auth::Login, engine::clock};
use app::protocol::{
    ids::{AskedId, Millis},
    pages::{BookPage, Plain, QuestionsPage},
    questions::{AskedState, Clock, PackOrder, PackSummary, PairSettings, QuestionMode},
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    extract::{OriginalUri, Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// All packs, as one chooses them.
fn packs(site: &Site) -> Vec<PackSummary> {
    site.engine.store().packs().packs().by_depth().into_iter().map(summary).collect()
}

/// The question whose form was refused, from the address that the form leads to then.
fn answering(uri: &Uri) -> Option<AskedId> {
    #[derive(Deserialize)]
    struct Refused {
        answer: String,
    }
    Query::<Refused>::try_from_uri(uri).ok()?.answer.parse().ok()
}

async fn book_of(site: &Site, login: &Login, (room, uri): (&str, &Uri)) -> Result<Plain, Refusal> {
    let user = login.user.id;
    let room = site.engine.readable(room, user)?;
    let filter = sought(uri).unwrap_or_default();
    let book = site.engine.book(user, room.id, &filter).await?;
    let view = site.engine.questions_view(user, room.id).await?.unwrap_or_default();
    Ok(Plain::Book(Box::new(BookPage {
        room,
        book,
        filter,
        packs: packs(site),
        skips_left: view.skips_left,
        answering: answering(uri),
    })))
}

async fn settings_of(
    site: &Site,
    login: &Login,
    (room, uri): (&str, &Uri),
) -> Result<Plain, Refusal> {
    let user = login.user.id;
    let room = site.engine.readable(room, user)?;
    let view = site.engine.questions_view(user, room.id).await?.ok_or(Refusal::NotAllowed)?;
    let open = view.asked.into_iter().filter(|it| it.state == AskedState::Open).collect();
    Ok(Plain::Questions(Box::new(QuestionsPage {
        room,
        settings: view.settings,
        packs: packs(site),
        open,
        skips_left: view.skips_left,
        answering: answering(uri),
    })))
}

/// The page; whoever is not one of two is told so at the room.
async fn shown(
    site: &Arc<Site>,
    visitor: &Visitor,
    (room, uri): (&str, &Uri),
    plain: Result<Plain, Refusal>,
) -> Response {
    match plain {
        Err(refusal) if !matches!(refusal, Refusal::NoSuchRoom | Refusal::NotFound) => {
            back(site, &room_path(room), &Flash::refused(refusal, String::new()))
        }
        plain => show_plain(site, visitor, &path_of(uri), plain).await,
    }
}

/// `/rooms/{room}/book`
pub(in crate::http) async fn book(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    let Ok(login) = visitor.login() else { return to_sign_in(&path_of(&uri)) };
    let plain = book_of(&site, login, (&room, &uri)).await;
    shown(&site, &visitor, (&room, &uri), plain).await
}

/// `/rooms/{room}/questions`
pub(in crate::http) async fn settings(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    let Ok(login) = visitor.login() else { return to_sign_in(&path_of(&uri)) };
    let plain = settings_of(&site, login, (&room, &uri)).await;
    shown(&site, &visitor, (&room, &uri), plain).await
}

/// Everything that one does about questions, by the button that was pressed. Boxes that are not
/// ticked are not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Acting {
    act: String,
    /// The page to come back to: `book`, `questions`, or else the room.
    to: String,
    asked: String,
    text: String,
    pack: String,
    mode: String,
    order: String,
    by_word: String,
    every: String,
    hour: String,
    days: String,
}

impl Acting {
    /// The settings as the form has them, with the pause as it was.
    fn settings(&self, was: &PairSettings, zone_min: i32) -> Result<PairSettings, Refusal> {
        let named = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        let pack = named(&self.pack).map(|it| it.parse().map_err(|_| Refusal::Malformed));
        let mode = QuestionMode::ALL.into_iter().find(|it| it.name() == self.mode);
        let order = PackOrder::ALL.into_iter().find(|it| it.name() == self.order);
        let clock = match self.every.as_str() {
            "" => None,
            days => {
                let days = days.parse().map_err(|_| Refusal::Malformed)?;
                let hour = self.hour.parse().map_err(|_| Refusal::Malformed)?;
                Some(Clock::new(days, hour, zone_min).map_err(|_| Refusal::Malformed)?)
            }
        };
        Ok(PairSettings {
            pack: pack.transpose()?,
            mode: mode.ok_or(Refusal::Malformed)?,
            order: order.unwrap_or(was.order),
            by_word: !self.by_word.is_empty(),
            clock,
            paused_until: was.paused_until,
        })
    }

    /// The end of the pause that was chosen; none where it ends now.
    fn paused_until(&self, now: Millis) -> Result<Option<Millis>, Refusal> {
        let days: u8 = self.days.parse().map_err(|_| Refusal::Malformed)?;
        Ok((days > 0).then(|| now.plus(i64::from(days) * DAY_MS)))
    }

    async fn done(
        &self,
        site: &Site,
        (login, zone_min): (&Login, i32),
        room: &str,
    ) -> Result<Option<Done>, Refusal> {
        let room = room_to_do(site, login, room)?;
        let who = login.who();
        let chosen = async || {
            let view = site.engine.questions_view(who.user, room).await?;
            view.map(|it| it.settings).ok_or(Refusal::NotAllowed)
        };
        match self.act.as_str() {
            "ask" => site.engine.ask(&who, room, None).await?,
            "back" => site.engine.ask(&who, room, Some(asked_id(&self.asked)?)).await?,
            "skip" => site.engine.skip_question(&who, room, asked_id(&self.asked)?).await?,
            "answer" => {
                let (asked, text) = (asked_id(&self.asked)?, answer_text(&self.text)?);
                site.engine.answer_question(&who, room, asked, text).await?;
            }
            "settings" => {
                let settings = self.settings(&chosen().await?, zone_min)?;
                site.engine.set_questions(&who, room, settings).await?;
                return Ok(Some(Done::Saved));
            }
            "pause" => {
                let paused_until = self.paused_until(clock::now())?;
                let settings = PairSettings { paused_until, ..chosen().await? };
                site.engine.set_questions(&who, room, settings).await?;
                return Ok(Some(Done::Saved));
            }
            _ => return Err(Refusal::Malformed),
        }
        Ok(None)
    }

    /// Where the form leads: who has nothing to ask chooses a pack.
    fn page(&self, room: &str, refused: Option<Refusal>) -> String {
        let room = room_path(room);
        let page = match (self.to.as_str(), self.act.as_str(), refused) {
            ("book", ..) => format!("{room}/book?show=all"),
            ("questions", ..)
            | (_, "settings" | "pause", _)
            | (.., Some(Refusal::NothingToAsk)) => format!("{room}/questions?"),
            _ => return room,
        };
        // Only what is an id goes into the address.
        match asked_id(&self.asked) {
            Ok(asked) if refused.is_some() => format!("{page}&answer={asked}#q{asked}"),
            Ok(asked) => format!("{page}#q{asked}"),
            Err(_) => page.trim_end_matches('?').to_owned(),
        }
    }
}

/// `POST /rooms/{room}/questions`
pub(in crate::http) async fn act(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form }: Sent<Acting>,
) -> Response {
    let done = form.done(&site, (&login, visitor.preferences.zone_min), &room).await;
    let path = form.page(&room, done.as_ref().err().copied());
    match done {
        Ok(None) => Redirect::to(&path).into_response(),
        Ok(Some(done)) => back(&site, &path, &Flash::done(done)),
        Err(refusal) => {
            back(&site, &path, &outcome(Err::<(), _>(refusal), Done::Saved, form.text.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acting(fields: &str) -> Acting {
        let uri: Uri = format!("/?{fields}").parse().unwrap();
        Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn the_form_says_how_questions_come_up() {
        let was = PairSettings { paused_until: Some(Millis(9)), ..PairSettings::default() };
        let form = acting("pack=tea&mode=strict&order=shuffled&by_word=on&every=3&hour=21");
        let expected = PairSettings {
            pack: Some("tea".parse().unwrap()),
            mode: QuestionMode::Strict,
            order: PackOrder::Shuffled,
            by_word: true,
            clock: Some(Clock::new(3, 21, 540).unwrap()),
            paused_until: Some(Millis(9)),
        };
        assert_eq!(form.settings(&was, 540), Ok(expected));
        let none = acting("pack=&mode=off&every=").settings(&was, 540);
        let off = PairSettings { mode: QuestionMode::Off, ..was.clone() };
        assert_eq!(none, Ok(off));
        for wrong in ["mode=x", "mode=off&pack=A", "mode=off&every=99&hour=1", "mode=off&every=1"] {
            assert_eq!(acting(wrong).settings(&was, 0), Err(Refusal::Malformed), "{wrong}");
        }
        assert_eq!(acting("days=0").paused_until(Millis(5)), Ok(None));
        assert_eq!(acting("days=1").paused_until(Millis(5)), Ok(Some(Millis(5 + DAY_MS))));
    }

    #[test]
    fn a_form_leads_back_to_its_page_and_to_its_question() {
        let id = "00000000-0000-0000-0000-000000000007";
        let check = |fields: &str, refused: Option<Refusal>, expected: &str| {
            assert_eq!(acting(fields).page("1", refused), expected, "{fields}");
        };
        let malformed = Some(Refusal::Malformed);
        check("act=answer", None, "/rooms/1");
        check("act=ask", malformed, "/rooms/1");
        check("act=ask", Some(Refusal::NothingToAsk), "/rooms/1/questions");
        check("act=pause", malformed, "/rooms/1/questions");
        let book = format!("act=answer&to=book&asked={id}");
        check(&book, None, &format!("/rooms/1/book?show=all#q{id}"));
        check(&book, malformed, &format!("/rooms/1/book?show=all&answer={id}#q{id}"));
        check("act=skip&to=questions&asked=%22x", malformed, "/rooms/1/questions");
    }
}
