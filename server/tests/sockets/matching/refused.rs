//! What is refused of those who look for somebody.

use super::*;
use std::collections::HashSet;

#[tokio::test]
async fn a_proposal_is_answered_once_and_by_those_to_whom_it_was_made() {
    let server = asking_server().await;
    let (ann, bob) = (person(&server, "Ann").await, person(&server, "Bob").await);
    let eve = person(&server, "Eve").await;
    look(&server, &ann.login, TEA).await;
    look(&server, &bob.login, TEA).await;
    let id = proposal(&server, &[&ann.login, &bob.login]).await;
    let found = answer(&server, &eve.login, id, true).await;
    assert!(found.0 == 410 && found.1.contains("proposal_over"), "{found:?}");
    assert_eq!(answer(&server, &eve.login, id, false).await.0, 410, "nor refused by her");
    // A ticket's id is no proposal's.
    let forged = ProposalId(
        server
            .store()
            .await
            .search_of(ann.login.id)
            .await
            .unwrap()
            .map_or(Uuid::nil(), |it| it.ticket.id.0),
    );
    assert_eq!(answer(&server, &ann.login, forged, true).await.0, 410);
    assert_eq!(answer(&server, &ann.login, id, true).await.0, 200);
    let again = answer(&server, &ann.login, id, true).await;
    assert!(again.0 == 409 && again.1.contains("already_answered"), "{again:?}");
    assert_eq!(answer(&server, &bob.login, id, true).await.0, 200);
    for who in [&ann.login, &bob.login] {
        assert_eq!(answer(&server, who, id, true).await.0, 410, "it is over");
        assert_eq!(answer(&server, who, id, false).await.0, 410);
    }
}

#[tokio::test]
async fn who_asks_ten_thousand_times_has_one_ticket_and_is_slowed_down() {
    let server = server().await;
    let ann = person(&server, "Ann").await;
    look(&server, &ann.login, TEA).await;
    let first = ticket(&server, &ann.login).await;
    let mut statuses = HashSet::new();
    let mut asked = 0;
    while asked < 10_000 {
        let at_once = (0..32).map(|_| ask(&server, &ann.login, "PUT", "match", TEA));
        let answers = futures::future::join_all(at_once).await;
        asked += answers.len();
        statuses.extend(answers.into_iter().map(|it| it.0));
    }
    // So many at once are perhaps more than the server takes.
    statuses.remove(&503);
    assert_eq!(statuses, HashSet::from([200, 429]));
    let view = view(&server, &ann.login).await;
    assert_eq!(view.waiting, 1);
    assert_eq!(ticket(&server, &ann.login).await, first);
}

#[tokio::test]
async fn what_is_hidden_in_interests_is_taken_out_and_markup_stays_text() {
    let server = server().await;
    let ann = person(&server, "Ann").await;
    let hostile =
        r#"{"languages":["ko"],"interests":["<i>te\u0000a</i>","\u202ecoffee","\u200b"]}"#;
    let view = look(&server, &ann.login, hostile).await;
    let it = searching(view.state).expect("a search");
    assert_eq!(it.wishes.interests, ["<i>tea</i>", "coffee"]);
    for page in ["/match", "/match/wishes"] {
        let (status, html) = request(server.at, "GET", page, Some(&ann.login.cookie), None).await;
        assert_eq!(status, 200);
        assert!(!html.contains("<i>tea"), "{page}");
    }
    let pack = r#"{"languages":["ko"],"pack":"../../etc/passwd"}"#;
    assert_eq!(ask(&server, &ann.login, "PUT", "match", pack).await.0, 400);
}

#[tokio::test]
async fn who_is_muted_warned_or_banned_searches_no_more() {
    let server = server().await;
    let root = account(server.at, "Root").await;
    let mut ann = person(&server, "Ann").await;
    look(&server, &ann.login, TEA).await;
    let refused = |packet: &ServerPacket| match packet {
        ServerPacket::Matching(it) => ended(it.state.clone()).filter(|it| *it == Ended::Refused),
        _ => None,
    };
    let people = format!("people/{}", ann.login.id);
    let mute = format!("{people}/mute");
    assert_eq!(ask(&server, &root, "PUT", &mute, r#"{"secs":3600}"#).await.0, 204);
    ann.expect("the end", refused).await;
    let found = ask(&server, &ann.login, "PUT", "match", TEA).await;
    assert!(found.0 == 403 && found.1.contains("muted"), "{found:?}");
    // Where it is taken back, it counts no more.
    assert_eq!(ask(&server, &root, "DELETE", &mute, "").await.0, 204);
    look(&server, &ann.login, TEA).await;
    let warnings = format!("{people}/warnings");
    assert_eq!(ask(&server, &root, "POST", &warnings, r#"{"reason":"be kind"}"#).await.0, 201);
    let found = ask(&server, &ann.login, "PUT", "match", TEA).await;
    assert!(found.0 == 403 && found.1.contains("too_soon"), "{found:?}");
    let (_, standing) = ask(&server, &ann.login, "GET", "match/standing", "").await;
    assert!(standing.contains("upheld") && standing.contains("until"), "{standing}");
    let page = request(server.at, "GET", "/match/standing", Some(&ann.login.cookie), None).await;
    assert!(page.0 == 200 && page.1.contains("Those who keep order here"), "{page:?}");
    let ban = format!("{people}/ban");
    assert_eq!(ask(&server, &root, "PUT", &ban, r#"{"reason":"enough"}"#).await.0, 204);
    assert_eq!(ask(&server, &ann.login, "PUT", "match", TEA).await.0, 401);
}

#[tokio::test]
async fn the_young_and_the_grown_up_are_never_put_together_and_the_year_stays() {
    let server = server().await;
    let teen = account(server.at, "Teen").await;
    assert_eq!(ask(&server, &teen, "PUT", "me/born", r#"{"year":2010}"#).await.0, 204);
    let mut teen = Person::connect(server.at, teen).await;
    teen.hello(vec![]).await;
    look(&server, &teen.login, TEA).await;
    // Another year changes nothing, neither of the account nor of the ticket.
    assert_eq!(ask(&server, &teen.login, "PUT", "me/born", r#"{"year":1990}"#).await.0, 409);
    let (ann, bob) = (person(&server, "Ann").await, person(&server, "Bob").await);
    look(&server, &ann.login, TEA).await;
    look(&server, &bob.login, TEA).await;
    let room = stands(&server, &ann.login, "a match", is_matched).await;
    assert_eq!(stands(&server, &bob.login, "a match", is_matched).await, room);
    ticket(&server, &teen.login).await;
}
