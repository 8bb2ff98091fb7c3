//! Being told when somebody like that is here, and talking about something in particular.

use super::*;
use app::protocol::matching::Lookout;

fn told(packet: &ServerPacket) -> Option<Lookout> {
    match packet {
        ServerPacket::Matching(it) => it.lookout.clone().filter(|it| it.told.is_some()),
        _ => None,
    }
}

#[tokio::test]
async fn who_looks_out_is_told_once_and_says_that_they_know() {
    let server = server().await;
    let mut ann = person(&server, "Ann").await;
    let (bob, eve) = (person(&server, "Bob").await, person(&server, "Eve").await);
    let (status, body) = ask(&server, &ann.login, "PUT", "match/lookout", TEA).await;
    assert_eq!(status, 200, "{body}");
    look(&server, &eve.login, r#"{"languages":["fr"],"interests":["tea"]}"#).await;
    assert!(view(&server, &ann.login).await.lookout.is_some_and(|it| it.told.is_none()));
    look(&server, &bob.login, TEA).await;
    let first = ann.expect("a word", told).await;
    assert_eq!(view(&server, &ann.login).await.lookout, Some(first));
    let page = request(server.at, "GET", "/match/wishes", Some(&ann.login.cookie), None).await;
    assert!(page.1.contains("Someone like that was looking"), "{page:?}");
    assert_eq!(ask(&server, &ann.login, "DELETE", "match/lookout", "").await.0, 200);
    assert_eq!(view(&server, &ann.login).await.lookout, None);
}

#[tokio::test]
async fn a_lookout_takes_what_a_search_takes() {
    let server = server().await;
    let _root = account(server.at, "Root").await;
    let ann = account(server.at, "Ann").await;
    let lookout =
        async |who: &Login, wishes: &str| ask(&server, who, "PUT", "match/lookout", wishes).await;
    assert_eq!(lookout(&ann, TEA).await.0, 409, "how old she is, is not known");
    assert_eq!(ask(&server, &ann, "PUT", "me/born", r#"{"year":2016}"#).await.0, 204);
    assert_eq!(lookout(&ann, TEA).await.0, 403, "too young");
    assert_eq!(lookout(&ann, r#"{"languages":[]}"#).await.0, 422);
    assert_eq!(lookout(&guest(server.at, "Guest").await, TEA).await.0, 403);
}

#[tokio::test]
async fn only_those_who_want_to_talk_about_the_same_are_put_together() {
    let server = asking_server().await;
    let (mut ann, bob) = (person(&server, "Ann").await, person(&server, "Bob").await);
    let eve = person(&server, "Eve").await;
    let plaza = server.room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    let seq = ann.say(plaza, "cats or dogs?").await.unwrap().seq;
    let about =
        |seq: String| format!(r#"{{"languages":["ko"],"about":{{"room":"{plaza}"{seq}}}}}"#);
    let this = about(format!(r#","seq":{seq}"#));
    // Nothing was said there, or nothing stands there.
    for bad in [1, seq.get() + 1, 0] {
        let bad = about(format!(r#","seq":{bad}"#));
        assert_eq!(ask(&server, &bob.login, "PUT", "match", &bad).await.0, 404, "{bad}");
    }
    look(&server, &ann.login, &this).await;
    look(&server, &bob.login, &about(String::new())).await;
    look(&server, &eve.login, &this).await;
    let it = stands(&server, &eve.login, "a proposal", is_proposed).await;
    let shown = it.about.expect("what it is about");
    assert_eq!((shown.room, shown.seq, shown.name.as_str()), (plaza, Some(seq), "plaza"));
    proposal(&server, &[&ann.login, &eve.login]).await;
    let waits = stands(&server, &bob.login, "a search", searching).await;
    assert_eq!(waits.about.map(|it| it.name), Some("plaza".to_owned()));
}

#[tokio::test]
async fn the_form_begins_with_what_is_talked_about_and_tells_nothing_of_hidden_rooms() {
    let server = server().await;
    let root = account(server.at, "Root").await;
    let ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &root, "private", "invite").await;
    let plaza = server.room(&ann.login, "plaza").await;
    let page = async |room: RoomId| {
        let path = format!("/match/wishes?about={room}&seq=3");
        request(server.at, "GET", &path, Some(&ann.login.cookie), None).await
    };
    let (status, html) = page(plaza).await;
    assert!(status == 200 && html.contains(&format!(r#"value="{plaza}""#)), "{html}");
    let (status, html) = page(attic).await;
    assert!(status == 200 && !html.contains("Attic") && !html.contains(&attic.to_string()));
}
