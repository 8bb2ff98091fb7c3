//! Looking for somebody to talk with. REST, pages and forms.

use super::{
    Site,
    api::{Answer, Body},
    error::status_of,
    flash::Flash,
    forms::{back, outcome},
    pages::{behind_door, room_path},
    render::Page,
    sender::{Sender, Sent},
    visitor::{SignedIn, Visitor},
};
use crate::{
    auth::Login,
    snapshot::{self, Wanted},
};
use app::protocol::{
    ids::{ProposalId, Seq},
    limits::KEEP_WISH_SECS_MAX,
    matching::{
        About, Conduct, Kept, MatchState, MatchView, Mood, Pace, ProposalAnswer, Wish, Wishes,
    },
    pages::Plain,
    profile::LANGUAGES,
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

pub(super) const PAGE: &str = "/match";
const WISHES_PAGE: &str = "/match/wishes";
/// For so long a wish is kept from relaxing at a time.
const KEEP_LONGER_SECS: u32 = 5 * 60;
const CONDUCT_PAGE: &str = "/match/standing";

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MatchView>> {
    Ok(Json(site.engine.match_view(login.user.id).await.map_err(Refusal::from)?))
}

pub(super) async fn search(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(wishes): Body<Wishes>,
) -> Answer<Json<MatchView>> {
    site.rates.searches.check(&login.user.id)?;
    Ok(Json(site.engine.search(&login.who(), wishes).await?))
}

pub(super) async fn stop(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MatchView>> {
    Ok(Json(site.engine.stop_search(login.user.id).await?))
}

pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Path(proposal): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(ProposalAnswer { yes }): Body<ProposalAnswer>,
) -> Answer<Json<MatchView>> {
    let proposal: ProposalId = proposal.parse().map_err(|_| Refusal::ProposalOver)?;
    Ok(Json(site.engine.answer_proposal(login.user.id, proposal, yes).await?))
}

/// The year in which the user was born.
#[derive(Debug, Deserialize)]
pub(super) struct Born {
    year: i64,
}

pub(super) async fn born(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(Born { year }): Body<Born>,
) -> Answer<StatusCode> {
    site.engine.state_born(login.user.id, year).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn look_out(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(wishes): Body<Wishes>,
) -> Answer<Json<MatchView>> {
    site.rates.searches.check(&login.user.id)?;
    Ok(Json(site.engine.look_out(&login.who(), wishes).await?))
}

pub(super) async fn stop_look_out(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MatchView>> {
    Ok(Json(site.engine.stop_look_out(login.user.id).await?))
}

/// What counts for or against oneself when people are matched.
pub(super) async fn conduct(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<Conduct>> {
    Ok(Json(site.engine.conduct(login.user.id).await.map_err(Refusal::from)?))
}

/// `/match?still`: a page without a script asks again by itself.
#[derive(Deserialize)]
pub(super) struct Still {
    still: Option<String>,
}

/// `/match`: who looks for nobody states their wishes first; who was matched is led to the room.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    Query(Still { still }): Query<Still>,
    visitor: Visitor,
) -> Response {
    if let Ok(login) = visitor.login() {
        match site.engine.match_view(login.user.id).await.map(|it| it.state) {
            Ok(MatchState::Matched { room }) => {
                return Redirect::to(&room_path(&room.to_string())).into_response();
            }
            Ok(MatchState::Idle { ended: None }) => {
                return Redirect::to(WISHES_PAGE).into_response();
            }
            Ok(state) if state.is_open() && still.is_some() => site.engine.visit(&login.who()),
            _ => {}
        }
    }
    behind_door(&site, &visitor, PAGE, Wanted::Nothing).await
}

/// What the page of wishes is opened for: `?about={room}&seq={n}`.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    about: Option<String>,
    seq: Option<String>,
}

/// What is to be talked about; nothing where that is no room's id.
fn about_of(room: Option<&str>, seq: Option<&str>) -> Option<About> {
    let room = room?.parse().ok()?;
    let seq = seq.and_then(|it| it.parse().ok()).and_then(|n: u64| Seq::try_from(n).ok());
    Some(About { room, seq })
}

impl Asked {
    fn about(&self) -> Option<About> {
        about_of(self.about.as_deref(), self.seq.as_deref())
    }
}

pub(super) async fn wishes_page(
    State(site): State<Arc<Site>>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Response {
    let about = asked.about();
    let seq = about.and_then(|it| it.seq).map(|it| format!("&seq={it}")).unwrap_or_default();
    // Whoever signs in first comes back to what they wanted to talk about.
    let path = about.map(|it| format!("{WISHES_PAGE}?about={}{seq}", it.room));
    let path = path.as_deref().unwrap_or(WISHES_PAGE);
    behind_door(&site, &visitor, path, Wanted::Wishes(about)).await
}

/// `/match/standing`: what counts for or against oneself.
pub(super) async fn conduct_page(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, CONDUCT_PAGE, Wanted::Conduct).await
}

/// The wishes as the form has them. Boxes that are not ticked are not sent.
fn wishes_of(fields: &HashMap<String, String>) -> Wishes {
    let text = |name: &str| fields.get(name).map(String::as_str).filter(|it| !it.is_empty());
    let ticked = |tag: &&str| fields.contains_key(&format!("language-{tag}"));
    let typed = text("interests").unwrap_or_default().split(',');
    let chosen = fields.keys().filter_map(|it| it.strip_prefix("like-"));
    Wishes {
        people: text("people").and_then(|it| it.parse().ok()).unwrap_or(2),
        languages: LANGUAGES.iter().map(|it| it.0).filter(ticked).map(str::to_owned).collect(),
        interests: typed
            .chain(chosen)
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        mood: Mood::ALL.into_iter().find(|it| Some(it.name()) == text("mood")),
        pace: Pace::ALL.into_iter().find(|it| Some(it.name()) == text("pace")),
        practise: text("practise").map(str::to_owned),
        pack: text("pack").map(str::to_owned),
        guests: fields.contains_key("guests"),
        about: about_of(text("about"), text("seq")),
        ..Wishes::default()
    }
}

/// Before somebody looks for others: not too often, and with the year that the form asked for.
async fn prepare(site: &Site, login: &Login, born: Option<&str>) -> Result<(), Refusal> {
    site.rates.searches.check(&login.user.id)?;
    match born {
        Some(born) => state_born(site, login, born).await,
        None => Ok(()),
    }
}

/// States the year of birth as a form has it.
pub(super) async fn state_born(site: &Site, login: &Login, typed: &str) -> Result<(), Refusal> {
    let year = typed.trim().parse().map_err(|_| Refusal::AgeMissing)?;
    site.engine.state_born(login.user.id, year).await
}

async fn begin(
    site: &Site,
    login: &Login,
    (wishes, born): (Wishes, Option<&str>),
) -> Result<MatchView, Refusal> {
    prepare(site, login, born).await?;
    site.engine.search(&login.who(), wishes).await
}

/// The same form as for a search; `stop` ends it, or says that one knows of what was told.
pub(super) async fn form_look_out(
    State(site): State<Arc<Site>>,
    Sent { login, visitor, form }: Sent<HashMap<String, String>>,
) -> Response {
    if form.contains_key("stop") {
        let ended = site.engine.stop_look_out(login.user.id).await;
        return back(&site, WISHES_PAGE, &outcome(ended, Done::LookoutEnded, String::new()));
    }
    let wishes = wishes_of(&form);
    let kept = async {
        prepare(&site, &login, form.get("born").map(String::as_str)).await?;
        site.engine.look_out(&login.who(), wishes.clone()).await
    };
    match kept.await {
        Ok(_) => back(&site, WISHES_PAGE, &Flash::done(Done::LookoutKept)),
        Err(refusal) => wishes_again(&site, &visitor, wishes, refusal).await,
    }
}

pub(super) async fn form_search(
    State(site): State<Arc<Site>>,
    Sent { login, visitor, form }: Sent<HashMap<String, String>>,
) -> Response {
    let wishes = wishes_of(&form);
    let born = form.get("born").map(String::as_str);
    match begin(&site, &login, (wishes.clone(), born)).await {
        Ok(_) => Redirect::to(PAGE).into_response(),
        Err(refusal) => wishes_again(&site, &visitor, wishes, refusal).await,
    }
}

/// The wishes as they were filled in, and why they were refused.
async fn wishes_again(site: &Site, visitor: &Visitor, typed: Wishes, refusal: Refusal) -> Response {
    let login = visitor.login.as_ref();
    let wanted = Wanted::Wishes(typed.about);
    let loaded = snapshot::load(site, login, visitor.preferences, wanted).await;
    let Ok(mut snapshot) = loaded else { return status_of(refusal).into_response() };
    if let Plain::Wishes(form) = &mut snapshot.plain {
        form.wishes = typed;
    }
    snapshot.refused = Some(refusal);
    let page = Page::new(WISHES_PAGE, snapshot).status(status_of(refusal));
    page.render(site, &Flash::default()).await
}

pub(super) async fn form_stop(
    State(site): State<Arc<Site>>,
    Sender { login, .. }: Sender,
) -> Response {
    match site.engine.stop_search(login.user.id).await {
        Ok(_) => Redirect::to(PAGE).into_response(),
        Err(refusal) => back(&site, PAGE, &Flash::refused(refusal, String::new())),
    }
}

/// One wish of the search that goes on: to wait for it longer, or to do without.
#[derive(Deserialize)]
pub(super) struct WishOf {
    #[serde(default)]
    keep: Option<Wish>,
    #[serde(default)]
    drop: Option<Wish>,
}

/// What is not searched for any more is told by the page itself.
pub(super) async fn form_wish(
    State(site): State<Arc<Site>>,
    Sent { login, form, .. }: Sent<WishOf>,
) -> Response {
    let changed = async {
        let view = site.engine.match_view(login.user.id).await?;
        let MatchState::Searching(search) = view.state else { return Ok(()) };
        let waited_secs = u32::try_from(view.at.since(search.since) / 1_000).unwrap_or_default();
        let wishes = changed(search.wishes, &form, waited_secs);
        begin(&site, &login, (wishes, None)).await.map(drop)
    };
    match changed.await {
        Ok(()) => Redirect::to(PAGE).into_response(),
        Err(refusal) => back(&site, PAGE, &Flash::refused(refusal, String::new())),
    }
}

/// The wishes of a search that goes on, with one of them kept for a while longer or dropped.
fn changed(mut wishes: Wishes, form: &WishOf, waited_secs: u32) -> Wishes {
    if let Some(wish) = form.keep.filter(|it| wishes.has(*it)) {
        let secs = waited_secs.saturating_add(KEEP_LONGER_SECS).min(KEEP_WISH_SECS_MAX);
        wishes.keep.retain(|it| it.wish != wish);
        wishes.keep.push(Kept { wish, secs });
    }
    match form.drop {
        Some(wish) => wishes.without(wish),
        None => wishes,
    }
}

/// Looks for the next person by the wishes of the last search.
pub(super) async fn form_again(
    State(site): State<Arc<Site>>,
    Sender { login, .. }: Sender,
) -> Response {
    match search_again(&site, &login).await {
        Ok(_) => Redirect::to(PAGE).into_response(),
        Err(refusal) => back(&site, WISHES_PAGE, &Flash::refused(refusal, String::new())),
    }
}

/// An answer to a proposal: `yes` or `no`.
#[derive(Deserialize)]
pub(super) struct AnswerForm {
    answer: String,
}

/// What is over by now is told by the page itself.
pub(super) async fn form_answer(
    State(site): State<Arc<Site>>,
    Path(proposal): Path<String>,
    Sent { login, form: AnswerForm { answer }, .. }: Sent<AnswerForm>,
) -> Response {
    let answered = match proposal.parse() {
        Ok(id) => site.engine.answer_proposal(login.user.id, id, answer == "yes").await.map(drop),
        Err(_) => Err(Refusal::ProposalOver),
    };
    match answered {
        Ok(()) => Redirect::to(PAGE).into_response(),
        Err(refusal) => back(&site, PAGE, &Flash::refused(refusal, String::new())),
    }
}

/// Looks for the next person by the same wishes. What was kept, and what one wanted to talk about,
/// was for that time.
pub(super) async fn search_again(site: &Site, login: &Login) -> Result<MatchView, Refusal> {
    let search = site.engine.store().search_of(login.user.id).await?;
    let wishes = search.map(|it| it.ticket.wishes).unwrap_or_default();
    begin(site, login, (Wishes { about: None, keep: Vec::new(), ..wishes }, None)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_kept_for_a_while_from_now_or_dropped() {
        let wishes =
            || Wishes { mood: Some(Mood::Deep), pack: Some("a".into()), ..Wishes::default() };
        let form = |keep, drop| WishOf { keep, drop };
        let kept = changed(wishes(), &form(Some(Wish::Mood), None), 40);
        assert_eq!(kept.keep, [Kept { wish: Wish::Mood, secs: 340 }]);
        let longer = changed(kept, &form(Some(Wish::Mood), None), KEEP_WISH_SECS_MAX);
        assert_eq!(longer.keep, [Kept { wish: Wish::Mood, secs: KEEP_WISH_SECS_MAX }]);
        let dropped = changed(longer, &form(None, Some(Wish::Mood)), 50);
        assert_eq!(dropped, wishes().without(Wish::Mood));
        let not_wished = changed(wishes(), &form(Some(Wish::Pace), None), 0);
        assert_eq!(not_wished, wishes());
    }

    #[test]
    fn interests_are_those_chosen_and_those_typed() {
        let fields = [("interests", " chess , ,tea"), ("like-film", "on"), ("language-ko", "on")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let wishes = wishes_of(&fields);
        assert_eq!(wishes.interests, ["chess", "tea", "film"]);
        assert_eq!(wishes.languages, ["ko"]);
    }
}
