//! Groups of three to eight, and what each answer to a proposal does.

use super::*;

const GROUP: &str = r#"{"languages":["ko"],"people":3}"#;

async fn three(server: &Server, wishes: &str) -> [Person; 3] {
    let people =
        [person(server, "Ann").await, person(server, "Bob").await, person(server, "Eve").await];
    for it in &people {
        look(server, &it.login, wishes).await;
    }
    people
}

#[tokio::test]
async fn three_who_all_say_yes_talk_in_one_room() {
    let server = asking_server().await;
    let mut people = three(&server, GROUP).await;
    let logins = [&people[0].login, &people[1].login, &people[2].login];
    let id = proposal(&server, &logins).await;
    let seen = stands(&server, logins[0], "a proposal", is_proposed).await;
    assert_eq!((seen.people, seen.yes, seen.answered), (3, 0, false));
    for (n, who) in logins.iter().enumerate() {
        assert_eq!(answer(&server, who, id, true).await.0, 200, "{n}");
    }
    let room = stands(&server, logins[0], "a match", is_matched).await;
    for person in &mut people {
        assert_eq!(person.expect("a match", matched).await, room);
        assert_eq!(person.expect("the room", gained).await.people, 3);
        person.enter(room).await.unwrap();
    }
    people[0].say(room, "hello, both of you").await.unwrap();
    assert_eq!(said(&people[2].entries(room, 1).await), ["hello, both of you"]);
}

#[tokio::test]
async fn one_no_in_a_group_sends_all_back_to_searching_with_their_time() {
    let server = asking_server().await;
    let people = three(&server, GROUP).await;
    let logins = [&people[0].login, &people[1].login, &people[2].login];
    let id = proposal(&server, &logins).await;
    assert_eq!(answer(&server, logins[0], id, true).await.0, 200);
    let others = stands(&server, logins[1], "a yes", is_proposed).await;
    assert_eq!((others.yes, others.answered), (1, false), "who it was is not told");
    assert_eq!(answer(&server, logins[2], id, false).await.0, 200);
    for who in logins {
        let it = stands(&server, who, "a search", searching).await;
        let begun = server.store().await.search_of(who.id).await.unwrap().unwrap().ticket;
        assert_eq!((it.ticket, it.since), (begun.id, begun.since));
    }
    // What is over is over for those who said yes, too.
    assert_eq!(answer(&server, logins[1], id, true).await.0, 410);
}

#[tokio::test]
async fn who_does_not_answer_leaves_and_the_others_go_on_with_their_time() {
    let server = Server::start_with(|config| {
        unlimited(config);
        config.match_times.active = Duration::ZERO;
        config.match_times.answer = Duration::from_secs(2);
    })
    .await;
    let people = three(&server, GROUP).await;
    let logins = [&people[0].login, &people[1].login, &people[2].login];
    let id = proposal(&server, &logins).await;
    for who in &logins[..2] {
        assert_eq!(answer(&server, who, id, true).await.0, 200);
    }
    let end = stands(&server, logins[2], "the end of her search", ended).await;
    assert_eq!(end, Ended::NotAnswered);
    for who in &logins[..2] {
        let now = stands(&server, who, "a search", searching).await;
        let row = server.store().await.search_of(who.id).await.unwrap().unwrap().ticket;
        assert_eq!((now.ticket, now.since), (row.id, row.since));
        assert!(row.changed_at > row.since);
    }
    // It counts for her who did not answer, and once is free.
    let (_, body) = ask(&server, logins[2], "GET", "match/standing", "").await;
    assert!(body.contains(r#""score":100"#) && body.contains("not_answered"), "{body}");
}

#[tokio::test]
async fn pairs_and_groups_do_not_mix() {
    let server = server().await;
    let (ann, bob) = (person(&server, "Ann").await, person(&server, "Bob").await);
    let mut eve = person(&server, "Eve").await;
    look(&server, &ann.login, GROUP).await;
    look(&server, &bob.login, r#"{"languages":["ko"]}"#).await;
    look(&server, &eve.login, r#"{"languages":["ko"]}"#).await;
    let room = eve.expect("a match", matched).await;
    assert_eq!(stands(&server, &bob.login, "a match", is_matched).await, room);
    ticket(&server, &ann.login).await;
}
