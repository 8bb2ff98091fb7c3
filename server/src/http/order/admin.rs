//! The admin pages, each for who has the power that it needs. To all others there are none.

use crate::{
    audit::Filter,
    auth::{Login, Name},
    engine::clock,
    http::{
        Site,
        pages::{not_found, path_of, show_plain, to_sign_in},
        visitor::Visitor,
    },
};
use app::protocol::{
    admin::{
        Admin, AnnounceList, AuditList, NodeLine, Overview, PeopleList, ReportsList, RoomsList,
    },
    ids::Millis,
    order::Action,
    pages::Plain,
    powers::Power,
    refusal::Refusal,
    room::RoomKind,
};
use axum::{
    extract::{OriginalUri, Query, State},
    http::Uri,
    response::Response,
};
use serde::Deserialize;
use std::sync::Arc;

const MINUTE_MS: i64 = 60 * 1000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Of what is sought more is not looked at.
const SOUGHT_CHARS_MAX: usize = 80;

/// What an admin page's address asks for: empty for what it does not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    state: String,
    person: String,
    action: String,
    room: String,
    after: String,
}

fn asked(uri: &Uri) -> Asked {
    Query::<Asked>::try_from_uri(uri).map(|it| it.0).unwrap_or_default()
}

/// A page with something that only a power shows.
pub(in crate::http) async fn page(
    site: &Arc<Site>,
    visitor: &Visitor,
    uri: &Uri,
    power: Power,
    load: impl AsyncFnOnce(&Login) -> Result<Admin, Refusal>,
) -> Response {
    let path = path_of(uri);
    let Some(login) = &visitor.login else { return to_sign_in(&path) };
    if !login.user.role.may(power) {
        return not_found(site, visitor, &path).await;
    }
    let plain = load(login).await.map(|it| Plain::Admin(Box::new(it)));
    show_plain(site, visitor, &path, plain).await
}

pub(in crate::http) async fn overview(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    let zone_min = visitor.preferences.zone_min;
    page(&site, &visitor, &uri, Power::Oversee, async |_| {
        let stored = site.engine.store().overview(midnight(clock::now(), zone_min)).await?;
        let online = u64::try_from(site.engine.figures().users).unwrap_or(u64::MAX);
        Ok(Admin::Overview(Overview { online, ..stored }))
    })
    .await
}

/// The beginning of the reader's day.
fn midnight(now: Millis, zone_min: i32) -> Millis {
    let zone = i64::from(zone_min) * MINUTE_MS;
    Millis((now.0 + zone).div_euclid(DAY_MS) * DAY_MS - zone)
}

pub(in crate::http) async fn people(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Oversee, async |_| {
        let asked = asked(&uri);
        let q: String = asked.q.trim().chars().take(SOUGHT_CHARS_MAX).collect();
        let after = asked.after.parse().ok();
        let key = Name::key_of(&q);
        let found = site.engine.store().overseen_people(&key, after, clock::now()).await?;
        let (people, more) = found;
        Ok(Admin::People(PeopleList { q, people, more }))
    })
    .await
}

pub(in crate::http) async fn rooms(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Oversee, async |_| {
        let after = asked(&uri).after.parse().ok();
        let (rooms, more) = site.engine.store().overseen_rooms(after).await?;
        Ok(Admin::Rooms(RoomsList { rooms, more }))
    })
    .await
}

pub(in crate::http) async fn reports(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Review, async |login| {
        let asked = asked(&uri);
        let open = asked.state != "decided";
        let (reviewer, after) = (login.user.id, asked.after.parse().ok());
        let (reports, more) = site.engine.store().reports(reviewer, open, after).await?;
        Ok(Admin::Reports(ReportsList { open, reports, more }))
    })
    .await
}

pub(in crate::http) async fn audit(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Audit, async |_| {
        let asked = asked(&uri);
        let (action, before) = (Action::from_name(&asked.action), asked.after.parse().ok());
        let store = site.engine.store();
        let person = match Name::parse(&asked.person) {
            Ok(name) => store.user_by_name_key(name.key()).await?,
            Err(_) => None,
        };
        let (lines, more) = if asked.person.is_empty() || person.is_some() {
            let person = person.as_ref().map(|it| it.id);
            store.audit_lines(Filter { person, action, before }).await?
        } else {
            (Vec::new(), false)
        };
        let person = person.map_or(asked.person, |it| it.name);
        Ok(Admin::Audit(AuditList { person, action, lines, more }))
    })
    .await
}

pub(in crate::http) async fn nodes(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Nodes, async |_| {
        let line = |it: crate::cluster::Node| NodeLine {
            id: it.id.to_string(),
            name: it.name,
            version: it.version,
            sessions: u64::try_from(it.sessions).unwrap_or(u64::MAX),
            since: it.since,
            draining: it.draining,
            is_this: it.is_this,
        };
        Ok(Admin::Nodes(site.engine.nodes().into_iter().map(line).collect()))
    })
    .await
}

pub(in crate::http) async fn announce(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    page(&site, &visitor, &uri, Power::Announce, async |login| {
        let user = login.user.id;
        let mut rooms = site.engine.rooms_of(user);
        rooms.retain(|it| it.kind == RoomKind::Channel);
        let chosen = site.engine.room(&asked(&uri).room, user);
        let id = chosen.as_ref().map(|it| it.id);
        rooms.extend(chosen.filter(|it| it.kind != RoomKind::Channel));
        Ok(Admin::Announce(AnnounceList { rooms, chosen: id }))
    })
    .await
}

/// What one was told about oneself and one's reports.
pub(in crate::http) async fn notices(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let Some(login) = &visitor.login else { return to_sign_in("/notices") };
    let notices = site.engine.store().notices(login.user.id).await;
    let plain = notices.map(Plain::Notices).map_err(Refusal::from);
    show_plain(&site, &visitor, "/notices", plain).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_reader_s_midnight() {
        let check = |now: i64, zone_min: i32, expected: i64| {
            assert_eq!(midnight(Millis(now), zone_min), Millis(expected));
        };
        check(DAY_MS + 5, 0, DAY_MS);
        check(DAY_MS - 5, 0, 0);
        // Nine hours ahead, the day began at 15:00 UTC.
        check(DAY_MS - 5, 9 * 60, 15 * 60 * MINUTE_MS);
        check(5, -60, -23 * 60 * MINUTE_MS);
    }
}
