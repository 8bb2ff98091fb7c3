//! A client becomes a guest, or makes an account, and learns where its rooms are, through whatever
//! is broken on the way.

use super::{Manner, Tab};
use crate::http::{Answer, Http};
use anyhow::{Context as _, Result, bail};
use app::protocol::{
    ids::{RoomId, UserId},
    limits::NAME_CHARS_MAX,
    snapshot::{Me, RoomSummary},
};
use serde_json::json;
use std::{cell::RefCell, rc::Rc, time::Duration};
use tokio::time::{sleep, timeout};

/// A try is given up after so long.
const TRY: Duration = Duration::from_secs(5);
/// The pause before the next one.
const PAUSE: Duration = Duration::from_millis(300);

struct SignedUp {
    user: UserId,
    cookie: String,
    rooms: Vec<RoomId>,
}

/// Tries until it worked.
pub(super) async fn until_done(tab: &Rc<RefCell<Tab>>) {
    let manner = tab.borrow().manner.clone();
    let mut tries = 0;
    loop {
        if let Ok(Ok(SignedUp { user, cookie, rooms })) =
            timeout(TRY, try_once(&manner, tries)).await
        {
            return tab.borrow_mut().begin(user, cookie, &rooms);
        }
        tries += 1;
        sleep(PAUSE).await;
    }
}

async fn try_once(manner: &Manner, tries: u32) -> Result<SignedUp> {
    let mut http = Http::connect_as(&manner.door.to_string(), &manner.origin()).await?;
    let body = json!({ "name": name(&manner.name, tries) });
    let answer = if manner.has_account {
        register(&mut http, &name(&manner.name, tries)).await?
    } else {
        http.ask("POST", "/api/v1/guests", "", Some(&body)).await?
    };
    if answer.status != 201 {
        bail!("sign-up: {} {}", answer.status, answer.body);
    }
    let cookie = answer.cookie.context("the sign-up gave no cookie")?;
    let me: Me = serde_json::from_value(answer.body["me"].clone())?;
    let mut rooms = Vec::new();
    for room in &manner.rooms {
        let room = http.get(&format!("/api/v1/rooms/{room}"), &cookie).await?;
        rooms.push(serde_json::from_value::<RoomSummary>(room)?.id);
    }
    Ok(SignedUp { user: me.id, cookie, rooms })
}

/// Makes an account.
pub(crate) async fn register(http: &mut Http, name: &str) -> Result<Answer> {
    let body = json!({ "name": name, "password": "a password of the harness" });
    http.ask("POST", "/api/v1/users", "", Some(&body)).await
}

/// An answer that was lost may have taken the name: each try has its own.
fn name(name: &str, tries: u32) -> String {
    let end = if tries == 0 { String::new() } else { format!("x{tries}") };
    let most = NAME_CHARS_MAX - end.len();
    name.chars().take(most).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_has_a_name_of_its_own_that_is_short_enough() {
        let long = "n".repeat(40);
        let names: Vec<String> = [0, 1, 12].map(|tries| name(&long, tries)).into();
        assert_eq!(names.iter().map(String::len).collect::<Vec<_>>(), [24; 3]);
        assert!(names[0] != names[1] && names[1] != names[2]);
        assert_eq!(name("ann", 0), "ann");
    }
}
