//! Cuts, holes, restarts.

use crate::support::{Person, Server, cid, one_in_plaza, said, two_in_plaza, unlimited};
use app::protocol::{
    ids::{Epoch, Seq},
    limits::{CATCH_UP_ENTRIES_MAX, PAGE_ENTRIES},
    packets::{Have, Outcome},
};

fn seq(n: u64) -> Seq {
    Seq::try_from(n).unwrap()
}

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let server = Server::start().await;
    let (mut ann, mut bob, plaza) = two_in_plaza(&server).await;
    let (login, epoch) = (bob.login.clone(), bob.epoch);
    bob.entries(plaza, 2).await;
    drop(bob);
    for n in 0..15 {
        ann.say(plaza, &n.to_string()).await.unwrap();
    }
    let mut bob = Person::connect(server.at, login).await;
    bob.epoch = epoch;
    let welcomed = bob.hello(vec![Have { room: plaza, have: seq(2) }]).await;
    assert_eq!(welcomed.rooms[0].outcome, Outcome::Follows { start: seq(2), head: seq(17) });
    let missed = bob.entries(plaza, 17).await;
    assert_eq!((missed[0].seq.get(), missed.len()), (3, 15));
    assert_eq!(said(&missed)[14], "14");
}

#[tokio::test]
async fn the_log_and_the_ids_outlive_a_restart() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let once = cid();
    ann.say_as(once, plaza, "before").await;
    let before = ann.answer_to(once).await.unwrap();
    let (login, epoch) = (ann.login.clone(), ann.epoch);
    let server = server.restart().await;
    let mut ann = Person::connect(server.at, login).await;
    ann.epoch = epoch;
    ann.hello(vec![Have { room: plaza, have: seq(1) }]).await;
    assert_eq!(said(&ann.entries(plaza, 2).await), ["before"]);
    // Sent again, because the answer might have been lost: the same entry.
    ann.say_as(once, plaza, "before").await;
    assert_eq!(ann.answer_to(once).await.unwrap(), before);
    assert_eq!(ann.say(plaza, "after").await.unwrap().seq, seq(3));
}

#[tokio::test]
async fn another_epoch_or_too_large_a_hole_begins_anew() {
    let server = Server::start_with(unlimited).await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let head = CATCH_UP_ENTRIES_MAX + 50;
    let mut sent = 1;
    while sent < head {
        let cids: Vec<_> = (0..50.min(head - sent)).map(|_| cid()).collect();
        for it in &cids {
            ann.say_as(*it, plaza, "x").await;
        }
        for it in cids {
            ann.answer_to(it).await.unwrap();
            sent += 1;
        }
    }
    let anew = Outcome::Follows { start: seq(head - PAGE_ENTRIES as u64), head: seq(head) };
    for (epoch, have, expected) in [
        (ann.epoch, 20, anew.clone()),
        (ann.epoch, 0, anew.clone()),
        (Some(Epoch(uuid::Uuid::nil())), head, anew.clone()),
        (ann.epoch, head + 5, anew),
        (ann.epoch, 60, Outcome::Follows { start: seq(60), head: seq(head) }),
    ] {
        let mut again = Person::connect(server.at, ann.login.clone()).await;
        again.epoch = epoch;
        let welcomed = again.hello(vec![Have { room: plaza, have: seq(have) }]).await;
        assert_eq!(welcomed.rooms[0].outcome, expected, "with {have}");
        let Outcome::Follows { start, .. } = expected else { panic!("it follows") };
        // A frame may begin before the cursor; readers pass over what they have.
        let places: Vec<_> = again
            .entries(plaza, head)
            .await
            .iter()
            .map(|it| it.seq.get())
            .filter(|it| *it > start.get())
            .collect();
        assert_eq!(places, (start.get() + 1..=head).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stopping_server_answers_what_it_took_and_says_come_back() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let cids: Vec<_> = (0..10).map(|_| cid()).collect();
    for it in &cids {
        ann.say_as(*it, plaza, "last words").await;
    }
    ann.answer_to(cids[0]).await.unwrap();
    server.begin_stop();
    assert_eq!(ann.close_code().await, 4000);
    server.stop().await;
}
