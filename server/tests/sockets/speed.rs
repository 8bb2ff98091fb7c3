//! Speed rounds over real sockets.

use crate::support::{Login, Person, Server, account, ask, guest, unlimited};
use app::protocol::{
    ids::RoomId,
    matching::{MatchState, MatchView},
    packets::ServerPacket,
    speed::SpeedView,
};

async fn member(server: &Server, name: &str, room: RoomId) -> Person {
    let login = account(server.at, name).await;
    assert_eq!(ask(server, &login, "PUT", "me/born", r#"{"year":1990}"#).await.0, 204);
    let profile = r#"{"languages":["ko"],"interests":["tea"]}"#;
    assert_eq!(ask(server, &login, "PATCH", "me/profile", profile).await.0, 200);
    let mut person = Person::connect(server.at, login).await;
    person.hello(vec![]).await;
    person.enter(room).await.unwrap();
    person
}

fn matched(packet: &ServerPacket) -> Option<RoomId> {
    match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Matched { room }, .. }) => {
            Some(*room)
        }
        _ => None,
    }
}

#[tokio::test]
async fn who_joins_in_is_put_together_two_by_two_and_the_others_are_left_alone() {
    let server = Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
    })
    .await;
    let owner = account(server.at, "Root").await;
    let room = crate::support::make_room(server.at, &owner, "private", "open").await;
    let mut people = Vec::new();
    for name in ["Ann", "Bob", "Kim"] {
        people.push(member(&server, name, room).await);
    }
    let speed = format!("rooms/{room}/speed");
    let mine = format!("{speed}/me");
    let acts = format!("rooms/{room}/acts");
    let check = async |who: &Login, (method, path, body): (&str, &str, &str), status, reason| {
        let (found, answer) = ask(&server, who, method, path, body).await;
        assert_eq!(found, status, "{path} {body} {answer}");
        assert!(answer.contains(reason), "{answer}");
    };
    let start = r#"{"act":"speed","rounds":2,"mins":5,"in_mins":0}"#;
    check(&people[0].login, ("POST", &acts, start), 403, "not_allowed").await;
    check(&people[0].login, ("PUT", &mine, "{}"), 404, "not_found").await;
    let long = r#"{"act":"speed","rounds":2,"mins":500,"in_mins":0}"#;
    check(&owner, ("POST", &acts, long), 422, "out_of_bounds").await;
    let far = r#"{"act":"speed","rounds":2,"mins":5,"in_mins":60}"#;
    check(&owner, ("POST", &acts, far), 204, "").await;
    check(&owner, ("PUT", &mine, "{}"), 422, "no_language").await;
    let visitor = guest(server.at, "Visitor").await;
    check(&visitor, ("PUT", &mine, "{}"), 403, "").await;
    for person in &people[..2] {
        check(&person.login, ("PUT", &mine, "{}"), 200, r#""mine":true"#).await;
    }
    let (_, view) = ask(&server, &people[2].login, "GET", &speed, "").await;
    let view: SpeedView = serde_json::from_str(&view).unwrap();
    assert!(view.guests == 2 && !view.mine && view.plan.is_some());
    check(&owner, ("POST", &acts, start), 204, "").await;
    let [ann, bob, kim] = &mut people[..] else { panic!() };
    let made = ann.expect("a partner", matched).await;
    assert_eq!(bob.expect("a partner", matched).await, made);
    let (status, found) = ask(&server, &ann.login, "GET", &format!("rooms/{made}"), "").await;
    assert!(status == 200 && found.contains(r#""kind":"match""#), "{found}");
    assert_eq!(ask(&server, &kim.login, "GET", &format!("rooms/{made}"), "").await.0, 404);
    let (_, view) = ask(&server, &ann.login, "GET", &speed, "").await;
    let plan = serde_json::from_str::<SpeedView>(&view).unwrap().plan.unwrap();
    assert_eq!((plan.done, plan.rounds), (1, 2));
    check(&owner, ("POST", &acts, r#"{"act":"speed_over"}"#), 204, "").await;
    let (_, view) = ask(&server, &ann.login, "GET", &speed, "").await;
    assert_eq!(serde_json::from_str::<SpeedView>(&view).unwrap(), SpeedView::default());
}
