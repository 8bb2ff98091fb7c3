//! The doors of rooms by HTTP: finding, making, entering, and what hosts do.

pub(crate) mod entering;
mod fit;
pub(super) mod forms;
pub(crate) mod hosting;
pub(crate) mod invites;

use super::{Site, api::Answer, visitor::SignedIn};
use app::protocol::{
    refusal::Refusal,
    room::RoomKind,
    snapshot::{Directory, DirectoryQuery, DirectorySort},
};
use axum::{
    Json,
    extract::{Query, State},
    http::Uri,
};
use serde::Deserialize;
use std::sync::Arc;

/// What is sought in the directory, as a form sends it: empty for what was not chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Seeking {
    q: String,
    sort: String,
    kind: String,
    after: String,
    limit: String,
}

/// What an address seeks in the directory.
pub(super) fn sought(uri: &Uri) -> Result<DirectoryQuery, Refusal> {
    let Query(seeking) = Query::<Seeking>::try_from_uri(uri).map_err(|_| Refusal::Malformed)?;
    let sort = match seeking.sort.as_str() {
        "" | "people" => DirectorySort::People,
        "name" => DirectorySort::Name,
        "new" => DirectorySort::New,
        _ => return Err(Refusal::Malformed),
    };
    let kind = match seeking.kind.as_str() {
        "" => None,
        "channel" => Some(RoomKind::Channel),
        "private" => Some(RoomKind::Private),
        "temporary" => Some(RoomKind::Temporary),
        "large" => Some(RoomKind::Large),
        _ => return Err(Refusal::Malformed),
    };
    let limit = match seeking.limit.as_str() {
        "" => None,
        number => Some(number.parse().map_err(|_| Refusal::Malformed)?),
    };
    let after = Some(seeking.after).filter(|it| !it.is_empty());
    Ok(DirectoryQuery { q: seeking.q, sort, kind, after, limit })
}

pub(super) async fn directory(
    State(site): State<Arc<Site>>,
    uri: Uri,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<Directory>> {
    Ok(Json(site.engine.directory(login.user.id, &sought(&uri)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_sought() {
        let check = |address: &str, expected: Result<DirectoryQuery, Refusal>| {
            assert_eq!(sought(&address.parse().unwrap()), expected, "{address}");
        };
        check("/rooms", Ok(DirectoryQuery::default()));
        check("/rooms?q=&sort=&kind=&after=&limit=", Ok(DirectoryQuery::default()));
        let whole = DirectoryQuery {
            q: "영화 방".into(),
            sort: DirectorySort::New,
            kind: Some(RoomKind::Large),
            after: Some("x.1".into()),
            limit: Some(10),
        };
        let address =
            "/rooms?q=%EC%98%81%ED%99%94+%EB%B0%A9&sort=new&kind=large&after=x.1&limit=10";
        check(address, Ok(whole));
        for bad in ["sort=x", "kind=direct", "limit=-1", "limit=x", "q=a&q=b"] {
            check(&format!("/rooms?{bad}"), Err(Refusal::Malformed));
        }
    }
}
