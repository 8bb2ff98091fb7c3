//! Rooms of one's own, without sockets: what readers get while people are put out.

use super::*;
use crate::{
    engine::{encode::entries_of, room::Room, session::news::Turn},
    store::{MakeRoom, RoomMade},
};
use app::protocol::{
    message::{Deed, Entry, What},
    room::{Act, Door, NewRoom, RoomKind},
};

const ROUNDS: usize = 1_000;

/// Somebody with an account and a login.
async fn member(engine: &Engine, name: &str, token: u8) -> Who {
    let (name_key, role) = (name.to_lowercase(), Role::Member);
    let password = Some("a hash".to_owned());
    let new = NewUser { name: name.into(), name_key, password, role };
    let user = engine.store().create_user(new, Millis(0)).await.unwrap();
    let login = engine.store().create_login(&user, &[token; 32], "", Millis(0)).await.unwrap();
    Who { user: user.id, name: name.into(), role: user.role, login, by_hand: ByHand::Auto }
}

async fn make(engine: &Engine, host: &Who, kind: RoomKind, door: Door) -> RoomId {
    let capacity = if kind == RoomKind::Large { 9_000 } else { 9 };
    let room = NewRoom {
        name: "Attic".into(),
        topic: String::new(),
        kind,
        door,
        password: None,
        capacity,
        empty_mins: None,
        closes_at: None,
    };
    let make = MakeRoom { room, password: None, host: host.user, login: host.login };
    let RoomMade::Made(room) = engine.store().make_room(&make, Millis(0)).await.unwrap() else {
        panic!("not made")
    };
    engine.room_changed(room).await.unwrap();
    room
}

/// An engine, Ann who is host of an open room there, and Bob.
async fn attic() -> (Engine, Who, Who, RoomId) {
    let (engine, ..) = with_ann().await;
    let root = member(&engine, "Root", 3).await;
    assert_eq!(root.role, Role::Owner);
    let ann = member(&engine, "Anna", 4).await;
    let bob = member(&engine, "Bob", 5).await;
    let attic = make(&engine, &ann, RoomKind::Private, Door::Open).await;
    (engine, ann, bob, attic)
}

fn kick(user: UserId) -> Act {
    Act::Kick { user, reason: String::new() }
}

/// What a reader gets who follows the room from `cursor` on, and whether it is all.
fn read(room: &Room, mailbox: &Mailbox, cursor: Seq) -> (Vec<Entry>, bool) {
    let fresh = room.read(mailbox, cursor, 0);
    let frames = match fresh.found {
        Found::Frames { frames, .. } => frames,
        Found::Nothing => Vec::new(),
        Found::Fallen => panic!("not in the ring"),
    };
    let entries = frames.iter().flat_map(|it| entries_of(it).unwrap().entries);
    (entries.filter(|it| it.seq > cursor).collect(), fresh.lost.is_some())
}

fn is_kick(entry: &Entry) -> bool {
    matches!(&entry.what, What::Did(did) if did.deed == Deed::Kicked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_kicks_while_sending_none_lets_anything_through_after_it() {
    let (engine, ann, bob, attic) = attic().await;
    let room = engine.hub().room(attic).unwrap();
    let mut acked = Vec::new();
    for _ in 0..ROUNDS {
        engine.enter(&bob, attic).await.unwrap();
        let mailbox = Arc::new(Mailbox::new(&bob));
        let cursor = room.head();
        room.follow(&mailbox).unwrap();
        let say = |text: &str| engine.say(&bob, attic, cid(), text.to_owned());
        let act = engine.act(&ann, attic, kick(bob.user), None);
        let (one, two, kicked, three, her) = tokio::join!(
            say("one"),
            say("two"),
            act,
            say("three"),
            engine.say(&ann, attic, cid(), "hers".into())
        );
        assert_eq!((kicked, her.is_ok()), (Ok(()), true));
        for said in [one, two, three] {
            match said {
                Ok(said) => acked.push(said.cid),
                Err(why) => assert_eq!(why, Refusal::NotEntered),
            }
        }
        let (entries, is_all) = read(&room, &mailbox, cursor);
        assert!(is_all && entries.last().is_some_and(is_kick), "{entries:?}");
        assert_eq!(entries.iter().filter(|it| is_kick(it)).count(), 1);
        assert!(room.follow(&mailbox).is_err());
        room.unfollow(&mailbox);
    }
    check_log(&engine, &bob, attic, &acked).await;
    assert!(!engine.is_member(bob.user, attic));
}

/// Nothing of his stands between a kick and his next coming, and all that was acknowledged once.
async fn check_log(engine: &Engine, bob: &Who, room: RoomId, acked: &[Cid]) {
    let (mut is_in, mut said, mut after) = (false, Vec::new(), Seq::ZERO);
    loop {
        let page = engine.store().entries(room, Some(after), None, 1_000).await.unwrap();
        for entry in &page.entries {
            assert_eq!(entry.seq, after.next());
            after = entry.seq;
            match &entry.what {
                What::Joined if entry.author == bob.user => is_in = true,
                What::Did(did) if did.deed == Deed::Kicked => is_in = false,
                What::Message { .. } if entry.author == bob.user => {
                    assert!(is_in, "{entry:?}");
                    said.extend(entry.cid);
                }
                _ => {}
            }
        }
        if page.entries.is_empty() {
            break;
        }
    }
    let mut acked = acked.to_vec();
    said.sort_unstable();
    acked.sort_unstable();
    assert_eq!(said, acked);
}

#[tokio::test]
async fn a_kick_on_another_node_stops_readers_at_its_entry_though_more_came_along() {
    let (engine, ann, bob, attic) = attic().await;
    engine.enter(&bob, attic).await.unwrap();
    let room = engine.hub().room(attic).unwrap();
    let (mailbox, cursor) = (Arc::new(Mailbox::new(&bob)), room.head());
    room.follow(&mailbox).unwrap();
    let said = || Change::Message("from elsewhere".into());
    elsewhere(&engine, ann.user, attic, cid(), said()).await;
    let kick = crate::store::HostAct::new(kick(bob.user), None, Millis(0));
    elsewhere(&engine, ann.user, attic, cid(), Change::Act(kick)).await;
    elsewhere(&engine, ann.user, attic, cid(), said()).await;
    engine.0.look.all();
    let stopped = async {
        while engine.sight(bob.user, attic) == Sight::Inside {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), stopped).await.expect("he is out");
    let (entries, is_all) = read(&room, &mailbox, cursor);
    assert!(is_all && is_kick(&entries[1]) && entries.len() == 2, "{entries:?}");
    assert_eq!(room.head_for(&mailbox, cursor), entries[1].seq);
}

#[tokio::test]
async fn whoever_vanished_from_the_store_without_a_word_is_out_once_the_log_was_read() {
    let (engine, _, bob, attic) = attic().await;
    let hall = make(&engine, &bob, RoomKind::Large, Door::Open).await;
    engine.enter(&bob, attic).await.unwrap();
    let cleo = member(&engine, "Cleo", 6).await;
    engine.enter(&cleo, hall).await.unwrap();
    let room = engine.hub().room(hall).unwrap();
    let (mailbox, cursor) = (Arc::new(Mailbox::new(&cleo)), room.head());
    room.follow(&mailbox).unwrap();
    // Of leaving a large room no entry tells.
    elsewhere(&engine, cleo.user, hall, cid(), Change::Leave).await;
    engine.0.look.all();
    let out = async {
        while !read(&room, &mailbox, cursor).1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), out).await.expect("she is out");
}

#[tokio::test]
async fn a_closed_room_leaves_the_hub_and_takes_nothing_more() {
    let (engine, ann, bob, attic) = attic().await;
    engine.enter(&bob, attic).await.unwrap();
    let mailbox = Arc::new(Mailbox::new(&bob));
    engine.hub().crowd().add_session(&mailbox);
    let close = Act::Close { reason: String::new() };
    engine.act(&ann, attic, close, None).await.unwrap();
    assert_eq!(engine.sight(bob.user, attic), Sight::Absent);
    assert_eq!(engine.say(&bob, attic, cid(), "?".into()).await, Err(Refusal::NoSuchRoom));
    let news = mailbox.take_news().turns;
    assert!(matches!(news.get(&attic), Some(Turn::Lost(it)) if it.deed == Some(Deed::Closed)));
    let gone = async {
        while engine.hub().room(attic).is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("it is forgotten");
    // Comparing with the database neither brings it back nor takes it for a lost lineage.
    engine.0.look.all();
    engine.load_rooms().await.unwrap();
    assert!(engine.hub().room(attic).is_none() && !engine.has_lost_lineage());
    assert_eq!(engine.rooms_of(bob.user).iter().filter(|it| it.id == attic).count(), 0);
}

#[tokio::test]
async fn a_private_room_never_takes_a_channels_address() {
    let (engine, ann, _, attic) = attic().await;
    assert!(engine.room("Attic", ann.user).is_none());
    assert_eq!(engine.room(&attic.to_string(), ann.user).unwrap().name, "Attic");
    assert_eq!(engine.room("plaza", ann.user).unwrap().kind, RoomKind::Channel);
    let own: Vec<_> = engine.rooms_of(ann.user).into_iter().map(|it| (it.name, it.mine)).collect();
    assert_eq!(own, [("plaza".to_owned(), false), ("Attic".to_owned(), true)]);
}
