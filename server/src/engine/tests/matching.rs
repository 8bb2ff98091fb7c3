//! What people did before, and whom they are put together with.

use super::*;
use crate::store::{Band, NewTicket, Sanction, Sanctioning, TicketAsk, TicketState};
use app::protocol::matching::Wishes;

const SECOND_MS: i64 = 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * SECOND_MS;

/// Somebody new, with a login.
async fn somebody(engine: &Engine, name: &str, role: Role) -> Who {
    let new =
        NewUser { name: name.into(), name_key: name.into(), password: Some("x".into()), role };
    let store = engine.store();
    let user = store.create_user(new, Millis(0)).await.unwrap();
    let login = store.create_login(&user, &[name.as_bytes()[0]; 32], "", Millis(0)).await.unwrap();
    Who { user: user.id, name: name.into(), role, login, by_hand: ByHand::Auto }
}

/// Three who want the same and have waited for 40, 30 and 20 seconds; the second one was warned
/// that often. Who of them is not proposed to another.
async fn left_over(warnings: usize) -> usize {
    let (engine, ..) = with_ann().await;
    let root = somebody(&engine, "root", Role::Owner).await;
    let mut people = Vec::new();
    let now = clock::now();
    for (name, waited) in [("bob", 40), ("eve", 30), ("dan", 20)] {
        let who = somebody(&engine, name, Role::Member).await;
        if name == "eve" {
            let what = Sanction::Warn;
            let doing = Sanctioning { by: root.user, user: who.user, what, why: None, reason: "" };
            for _ in 0..warnings {
                engine.store().sanction(&doing, Millis(now.0 - 6 * DAY_MS)).await.unwrap();
            }
        }
        let wishes = Wishes { languages: vec!["ko".into()], ..Wishes::default() };
        let (user, login) = (who.user, who.login);
        let at = Millis(now.0 - waited * SECOND_MS);
        let new = NewTicket { user, login, wishes, band: Band::Adult, guest: false, at };
        let asked = engine.store().ask_tickets(&[TicketAsk::Take(new)], at).await.unwrap();
        assert!(asked[0].is_ok());
        people.push(who);
    }
    // Whoever leads anew reads all that wait, however long they do.
    let fence = engine.fence().await.unwrap().unwrap();
    engine.forget_fence(fence).await;
    // All at once: nobody is put together with whom there is before the third one came.
    for who in &people {
        engine.admit(&Arc::new(Mailbox::new(who))).unwrap();
    }
    engine.0.matchmaking.heard();
    let proposed = async {
        loop {
            let mut searching = Vec::new();
            for (place, who) in people.iter().enumerate() {
                let search = engine.store().search_of(who.user).await.unwrap().unwrap();
                if search.ticket.state == TicketState::Searching {
                    searching.push(place);
                }
            }
            match searching[..] {
                [one] => return one,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), proposed).await.expect("a round is run")
}

#[tokio::test]
async fn who_was_warned_is_put_together_after_others_who_have_waited_less() {
    assert_eq!(left_over(0).await, 2, "who has waited least waits on");
    assert_eq!(left_over(2).await, 1);
}
