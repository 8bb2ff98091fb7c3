//! Who may do what: one table (`table.rs`), asserted against a running server, cell by cell. A
//! route or packet without a row fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod asking;
mod packets;
mod people;
mod table;

#[path = "../support/database.rs"]
mod database;
#[path = "../support/served.rs"]
mod served;
#[path = "../web/support.rs"]
#[allow(dead_code, reason = "the tests of the pages use all of it")]
mod support;

use asking::Asked;
use people::{Actor, People, Place, ROLES, Standing};
use std::collections::BTreeSet;
use support::Server;
use table::{HERE, Row, SERVER_WIDE, cell};

/// Cells that are not as the table says, in words.
type Wrong = Vec<String>;

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routes: BTreeSet<_> = server::all_routes().map(|it| (it.method, it.path)).collect();
    let rows = SERVER_WIDE.iter().map(|row| (row.method, row.path));
    let rows: BTreeSet<_> = rows.chain(HERE.iter().map(|row| (row.method, row.path))).collect();
    let missing: Vec<_> = routes.difference(&rows).collect();
    let dead: Vec<_> = rows.difference(&routes).collect();
    assert!(missing.is_empty(), "routes without a row in table.rs: {missing:?}");
    assert!(dead.is_empty(), "rows without a route: {dead:?}");
}

/// A server on which haste is no reason to be refused.
async fn patient() -> Server {
    Server::start_with(|config| {
        config.limits.sends_per_sec = 100_000;
        config.limits.sends_burst = 100_000;
        config.limits.sockets_per_user = 100_000;
        config.limits.sockets_per_address = 100_000;
    })
    .await
}

#[tokio::test]
async fn every_role_gets_what_the_table_says() {
    let server = patient().await;
    let mut people = People::new(&server).await;
    let mut wrong = Wrong::new();
    for row in SERVER_WIDE {
        let letters: Vec<char> = row.cells.split_whitespace().flat_map(str::chars).collect();
        assert_eq!(letters.len(), 1 + ROLES.len(), "{} {}", row.method, row.path);
        // Of a room that there is not.
        let path = people.fill(&row.path.replace("{room}", "{id}"));
        let body = people.fill(row.body);
        let asked = Asked { method: row.method, path, body };
        let nobody = asked.by(&mut server.browser()).await;
        note(&mut wrong, "nobody", (row.method, row.path, row.body), (letters[0], nobody));
        for (role, expected) in ROLES.into_iter().zip(letters.into_iter().skip(1)) {
            let got = asked.by(&mut people.fresh(role).await).await;
            note(&mut wrong, role, (row.method, row.path, row.body), (expected, got));
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn everybody_gets_in_each_sort_of_room_what_the_table_says() {
    let server = patient().await;
    let mut people = People::new(&server).await;
    let mut wrong = Wrong::new();
    for place in Place::ALL {
        let mut rooms = people.rooms(place).await;
        for row in HERE {
            for actor in Actor::all(place) {
                let Some(expected) = cell(row, place, actor) else { continue };
                let Some(room) = people.room_for(&mut rooms, row, actor).await else { continue };
                let got = people.asks(row, &room, actor).await;
                let who = format!("{place:?}: {actor:?}");
                note(&mut wrong, &who, (row.method, row.path, row.body), (expected, got));
                people.mend(&room, actor).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

/// Notes a cell that is not as expected.
fn note(
    wrong: &mut Wrong,
    who: &str,
    (method, path, body): (&str, &str, &str),
    (expected, got): (char, char),
) {
    if expected != got {
        wrong.push(format!("{who}: {method} {path} {body}: expected {expected}, got {got}"));
    }
}

/// A standing or a role of nobody's is of no use to anybody.
#[test]
fn every_cell_of_a_row_is_a_letter() {
    for Row { method, path, cells, .. } in HERE {
        let groups: Vec<_> = cells.split('|').map(str::trim).collect();
        assert_eq!(groups.len(), 6, "{method} {path}");
        for group in groups {
            assert_eq!(group.chars().count(), 9, "{method} {path}: {group:?}");
        }
    }
    assert_eq!(Standing::ALL.len(), 5);
}
