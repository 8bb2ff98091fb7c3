//! Question packs by REST: which there are, and how an operator writes their own.

use super::super::{
    Site,
    api::Answer,
    error::{Refused, status_of},
    flash::Flash,
    forms::{back, outcome},
    order::admin,
    render::Page,
    sender::{Sender, Sent},
    visitor::{SignedIn, Visitor},
};
use crate::{
    auth::Login,
    engine::clock,
    questions::packs::{BUILT_IN, Fault, PACK_BYTES_MAX, PACKS_MAX, Pack, PackError, place},
    snapshot::{self, Wanted},
    store::PackRow,
};
use app::protocol::{
    admin::{Admin, PackEdit, PackLine, PackState, PacksPage},
    pages::Plain,
    powers::Power,
    questions::{PackFault, PackId, PackSummary},
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{
        DefaultBodyLimit, FromRequest as _, FromRequestParts as _, OriginalUri, Path, Query,
        Request, State,
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A form's body, in bytes: each byte of the pack may take three of them, as `%EA`.
const FORM_BYTES_MAX: usize = 3 * PACK_BYTES_MAX + 4_096;
const PAGE: &str = "/admin/packs";

/// Why a pack was not taken.
#[derive(Debug)]
pub(in crate::http) enum NotTaken {
    /// Nothing to do with what stands in it.
    Refused(Refusal),
    /// It is no pack.
    Faults(Vec<PackFault>),
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A pack's id, from an address or a field.
pub(in crate::http) fn pack_id(text: &str) -> Result<PackId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// What is wrong with a pack of that id, which may not be written down yet.
pub(in crate::http) fn faults_of(id: &PackId, toml: &str) -> Vec<PackFault> {
    let errors = match Pack::parse(id.as_str(), toml) {
        Ok(pack) if pack.id == *id => return Vec::new(),
        Ok(pack) => vec![PackError {
            file: id.to_string(),
            question: None,
            field: "id".to_owned(),
            value: format!("{:?}", pack.id.as_str()),
            fault: Fault::AnotherId,
        }],
        Err(errors) => errors,
    };
    let fault = |error: &PackError| PackFault {
        line: place::line_of(toml, error).and_then(|it| u32::try_from(it).ok()),
        text: error.without_file(),
    };
    errors.iter().map(fault).collect()
}

/// Writes a pack of the operator's, where it is one.
pub(in crate::http) async fn take(
    site: &Site,
    login: &Login,
    (id, toml): (&PackId, &str),
) -> Result<(), NotTaken> {
    if !login.user.role.may(Power::Packs) {
        return Err(Refusal::NotAllowed.into());
    }
    // PostgreSQL keeps no NUL, and TOML has none.
    if !toml.trim().is_empty() {
        let faults = faults_of(id, toml);
        if !faults.is_empty() {
            return Err(NotTaken::Faults(faults));
        }
    }
    let store = site.engine.store();
    let own = store.own_packs().await.map_err(Refusal::from)?;
    let is_new = own.iter().all(|it| it.id != *id);
    let count = store.packs().packs().by_depth().len();
    if is_new && count.max(own.len()) >= PACKS_MAX {
        let limit = u32::try_from(PACKS_MAX).unwrap_or(u32::MAX);
        return Err(Refusal::TooMany { limit }.into());
    }
    let toml = if toml.trim().is_empty() { "" } else { toml };
    store.put_pack(id, toml, login.user.id, clock::now()).await.map_err(Refusal::from)?;
    Ok(())
}

/// Removes a pack of the operator's: the built-in one of that id is there again.
pub(in crate::http) async fn restore(
    site: &Site,
    login: &Login,
    id: &PackId,
) -> Result<(), Refusal> {
    if !login.user.role.may(Power::Packs) {
        return Err(Refusal::NotAllowed);
    }
    let gone = site.engine.store().delete_pack(id, login.user.id, clock::now()).await?;
    if gone { Ok(()) } else { Err(Refusal::NotFound) }
}

/// A pack, as one chooses it.
pub(crate) fn summary(pack: &Pack) -> PackSummary {
    PackSummary {
        id: pack.id.clone(),
        title: pack.title.clone(),
        about: pack.about.clone(),
        depth: pack.depth,
        questions: u32::try_from(pack.questions.len()).unwrap_or(u32::MAX),
    }
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct PacksBody {
    packs: Vec<PackSummary>,
}

pub(in crate::http) async fn list(
    State(site): State<Arc<Site>>,
    SignedIn { .. }: SignedIn,
) -> Json<PacksBody> {
    let packs = site.engine.store().packs();
    Json(PacksBody { packs: packs.packs().by_depth().into_iter().map(summary).collect() })
}

#[derive(Debug, Serialize)]
struct FaultsBody {
    faults: Vec<PackFault>,
}

pub(in crate::http) async fn put(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
    body: Body,
) -> Answer<Response> {
    // Before anything is read of it.
    if !login.user.role.may(Power::Packs) {
        return Err(Refused(Refusal::NotAllowed));
    }
    let bytes = to_bytes(body, PACK_BYTES_MAX).await.map_err(|_| Refused(Refusal::TooLarge))?;
    let toml = String::from_utf8(bytes.into()).map_err(|_| Refused(Refusal::Malformed))?;
    match take(&site, &login, (&pack_id(&id)?, &toml)).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(NotTaken::Refused(refusal)) => Err(Refused(refusal)),
        Err(NotTaken::Faults(faults)) => {
            let body = Json(FaultsBody { faults });
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
    }
}

pub(in crate::http) async fn delete(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    restore(&site, &login, &pack_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The text of a built-in pack.
fn built_in(id: &str) -> Option<&'static str> {
    let is_it = |it: &&(&str, &str)| it.0.strip_suffix(".toml") == Some(id);
    BUILT_IN.iter().find(is_it).map(|it| it.1)
}

/// The packs as a list, with those that are hidden at the end.
fn lines(site: &Site, own: &[PackRow]) -> Vec<PackLine> {
    let packs = site.engine.store().packs();
    let is_own = |id: &PackId| own.iter().any(|it| it.id == *id);
    let shown = packs.packs().by_depth().into_iter().map(|it| PackLine {
        state: match (built_in(it.id.as_str()).is_some(), is_own(&it.id)) {
            (true, true) => PackState::Rewritten,
            (true, false) => PackState::BuiltIn,
            (false, _) => PackState::Own,
        },
        title: Some(it.title.clone()),
        questions: summary(it).questions,
        id: it.id.clone(),
    });
    let hidden = own.iter().filter(|it| packs.get(&it.id).is_none()).map(|it| PackLine {
        id: it.id.clone(),
        title: None,
        questions: 0,
        state: PackState::Hidden,
    });
    shown.chain(hidden).collect()
}

/// The page, with a pack that is edited: its text as it is stored, where none was typed.
async fn packs_page(site: &Site, id: &str, toml: Option<&str>) -> Result<PacksPage, Refusal> {
    let own = site.engine.store().own_packs().await?;
    let stored = own.iter().find(|it| it.id.as_str() == id).map(|it| it.toml.as_str());
    let edit = PackEdit {
        id: id.to_owned(),
        toml: toml.or(stored).or_else(|| built_in(id)).unwrap_or_default().to_owned(),
        is_own: stored.is_some(),
        is_built_in: built_in(id).is_some(),
        ..PackEdit::default()
    };
    Ok(PacksPage { packs: lines(site, &own), edit })
}

/// `/admin/packs`
pub(in crate::http) async fn page(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Chosen {
        pack: String,
    }
    admin::page(&site, &visitor, &uri, Power::Packs, async |_| {
        let chosen = Query::<Chosen>::try_from_uri(&uri).map(|it| it.0).unwrap_or_default();
        let id = pack_id(&chosen.pack).map(String::from).unwrap_or_default();
        Ok(Admin::Packs(packs_page(&site, &id, None).await?))
    })
    .await
}

/// A pack that is written on its page, and what to do with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PackForm {
    act: String,
    id: String,
    toml: String,
}

/// `POST /admin/packs`
pub(in crate::http) async fn form(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let sender = match Sender::from_request_parts(&mut parts, &site).await {
        Ok(sender) => sender,
        Err(response) => return response,
    };
    // Before anything is read of it.
    if !sender.login.user.role.may(Power::Packs) {
        return back(&site, PAGE, &Flash::refused(Refusal::NotAllowed, String::new()));
    }
    let mut request = Request::from_parts(parts, body);
    DefaultBodyLimit::max(FORM_BYTES_MAX).apply(&mut request);
    match Sent::<PackForm>::from_request(request, &site).await {
        Ok(sent) => written(&site, sent).await,
        Err(response) => response,
    }
}

async fn written(site: &Site, sent: Sent<PackForm>) -> Response {
    let Sent { login, visitor, form } = sent;
    // A text area sends its lines in the manner of the mail.
    let toml = form.toml.replace("\r\n", "\n");
    let done = match (pack_id(form.id.trim()), form.act.as_str()) {
        (Ok(id), "save") => take(site, &login, (&id, &toml)).await.map(|()| Some(id)),
        (Ok(id), "restore") => {
            restore(site, &login, &id).await.map(|()| Some(id)).map_err(NotTaken::Refused)
        }
        (Ok(id), "try") => match faults_of(&id, &toml) {
            faults if faults.is_empty() => Ok(None),
            faults => Err(NotTaken::Faults(faults)),
        },
        _ => Err(NotTaken::Refused(Refusal::Malformed)),
    };
    match done {
        Ok(Some(id)) => {
            let path = format!("{PAGE}?pack={id}");
            back(site, &path, &outcome(Ok::<_, Refusal>(()), Done::Saved, String::new()))
        }
        other => {
            let page = packs_page(site, form.id.trim(), Some(&toml)).await;
            shown_again(site, &visitor, page, other.err()).await
        }
    }
}

/// The page with what was typed, and what is wrong with it, if anything is.
async fn shown_again(
    site: &Site,
    visitor: &Visitor,
    page: Result<PacksPage, Refusal>,
    why: Option<NotTaken>,
) -> Response {
    let login = visitor.login.as_ref();
    let loaded = snapshot::load(site, login, visitor.preferences, Wanted::Nothing).await;
    let (mut snapshot, mut page) = match (loaded, page) {
        (Ok(snapshot), Ok(page)) => (snapshot, page),
        (Err(refusal), _) | (_, Err(refusal)) => return status_of(refusal).into_response(),
    };
    let status = match why {
        None => {
            page.edit.tried = true;
            StatusCode::OK
        }
        Some(NotTaken::Refused(refusal)) => {
            snapshot.refused = Some(refusal);
            status_of(refusal)
        }
        Some(NotTaken::Faults(faults)) => {
            page.edit.faults = faults;
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    snapshot.plain = Plain::Admin(Box::new(Admin::Packs(page)));
    Page::new(PAGE, snapshot).status(status).render(site, &Flash::default()).await
}
