//! Losing the connection in each state of a search.

use super::*;

/// Where nobody may be without a socket.
async fn strict_server() -> Server {
    Server::start_with(|config| {
        unlimited(config);
        config.match_times.active = Duration::ZERO;
        config.match_times.grace = Duration::ZERO;
    })
    .await
}

/// Two to whom each other is proposed.
async fn two_proposed(server: &Server) -> (Person, Person, ProposalId) {
    let (ann, bob) = (person(server, "Ann").await, person(server, "Bob").await);
    look(server, &ann.login, TEA).await;
    look(server, &bob.login, TEA).await;
    let id = proposal(server, &[&ann.login, &bob.login]).await;
    (ann, bob, id)
}

#[tokio::test]
async fn who_searches_and_stays_away_leaves_the_queue() {
    let server = strict_server().await;
    let ann = person(&server, "Ann").await;
    look(&server, &ann.login, TEA).await;
    let login = ann.login.clone();
    drop(ann);
    assert_eq!(stands(&server, &login, "the end", ended).await, Ended::Away);
}

#[tokio::test]
async fn whose_page_has_no_script_is_there_as_long_as_it_asks_again() {
    let server = strict_server().await;
    let (ann, eve) = (person(&server, "Ann").await, person(&server, "Eve").await);
    let bob = person(&server, "Bob").await;
    look(&server, &ann.login, TEA).await;
    look(&server, &eve.login, r#"{"languages":["ja"],"interests":["go"]}"#).await;
    for (page, who) in [("/match?still", &ann.login), ("/match", &eve.login)] {
        let (status, html) = request(server.at, "GET", page, Some(&who.cookie), None).await;
        assert_eq!(status, 200);
        assert!(html.contains(r#"content="5; url=/match?still""#), "{html}");
    }
    let login = ann.login.clone();
    drop(ann);
    let gone = eve.login.clone();
    drop(eve);
    assert_eq!(stands(&server, &gone, "the end", ended).await, Ended::Away);
    look(&server, &bob.login, TEA).await;
    proposal(&server, &[&login, &bob.login]).await;
    let (_, html) = request(server.at, "GET", "/match", Some(&gone.cookie), None).await;
    assert!(!html.contains("?still"), "nothing is asked for any more");
}

#[tokio::test]
async fn who_comes_back_in_time_searches_on_with_the_time_waited() {
    let server = asking_server().await;
    let ann = person(&server, "Ann").await;
    look(&server, &ann.login, TEA).await;
    let before = ticket(&server, &ann.login).await;
    let login = ann.login.clone();
    drop(ann);
    // While she is away, nobody is put together with her.
    let bob = person(&server, "Bob").await;
    let mut ann = Person::come_back(server.at, login).await;
    ann.hello(vec![]).await;
    assert_eq!(ticket(&server, &ann.login).await, before);
    look(&server, &bob.login, TEA).await;
    proposal(&server, &[&ann.login, &bob.login]).await;
}

#[tokio::test]
async fn who_is_gone_before_or_after_their_own_yes_breaks_the_proposal() {
    for says_yes_first in [false, true] {
        let server = strict_server().await;
        let (ann, bob, id) = two_proposed(&server).await;
        let since = server.store().await.search_of(bob.login.id).await.unwrap().unwrap();
        if says_yes_first {
            assert_eq!(answer(&server, &ann.login, id, true).await.0, 200);
        }
        let login = ann.login.clone();
        drop(ann);
        assert_eq!(stands(&server, &login, "the end", ended).await, Ended::Away);
        let now = ticket(&server, &bob.login).await;
        assert_eq!(now, (since.ticket.id, since.ticket.since), "the other waits on");
        assert_eq!(answer(&server, &bob.login, id, true).await.0, 410);
    }
}

#[tokio::test]
async fn who_comes_back_to_a_proposal_in_time_may_still_say_yes() {
    let server = asking_server().await;
    let (ann, bob, id) = two_proposed(&server).await;
    assert_eq!(answer(&server, &bob.login, id, true).await.0, 200);
    let login = ann.login.clone();
    drop(ann);
    let mut ann = Person::come_back(server.at, login).await;
    ann.hello(vec![]).await;
    assert_eq!(proposal(&server, &[&ann.login]).await, id);
    assert_eq!(answer(&server, &ann.login, id, true).await.0, 200);
    let room = stands(&server, &bob.login, "a match", is_matched).await;
    assert_eq!(ann.expect("a match", matched).await, room);
}

#[tokio::test]
async fn who_stops_while_somebody_is_proposed_breaks_it_before_and_after_their_own_yes() {
    for says_yes_first in [false, true] {
        let server = asking_server().await;
        let (ann, bob, id) = two_proposed(&server).await;
        if says_yes_first {
            assert_eq!(answer(&server, &ann.login, id, true).await.0, 200);
        }
        assert_eq!(ask(&server, &ann.login, "DELETE", "match", "").await.0, 200);
        assert_eq!(stands(&server, &ann.login, "the end", ended).await, Ended::Cancelled);
        ticket(&server, &bob.login).await;
    }
}
