//! Messages sent later and reminders, from outside.

use crate::served::Place;
use crate::support::{
    Login, Person, Process, Server, ahead, cid, free_port, guest, log_at, one_in_plaza, request,
    soon, two_in_plaza,
};
use app::protocol::{
    ids::{Cid, RoomId},
    packets::ServerPacket,
    pages::{Plan, Planned},
};
use std::{net::SocketAddr, time::Duration};

/// Plans a message; the status and the answer.
pub(crate) async fn plan(
    at: SocketAddr,
    who: &Login,
    room: RoomId,
    cid: Cid,
    (text, due): (&str, i64),
) -> (u16, String) {
    let path = format!("/api/v1/rooms/{room}/later");
    let body = format!(r#"{{"cid":"{cid}","text":"{text}","at":{due}}}"#);
    request(at, "POST", &path, Some(&who.cookie), Some(&body)).await
}

/// What somebody has planned.
async fn plans(at: SocketAddr, who: &Login) -> Vec<Planned> {
    let (status, body) = request(at, "GET", "/api/v1/later", Some(&who.cookie), None).await;
    assert_eq!(status, 200, "{body}");
    let mut body: serde_json::Value = serde_json::from_str(&body).unwrap();
    serde_json::from_value(body["planned"].take()).unwrap()
}

async fn change(server: &Server, who: &Login, method: &str, id: &str, body: &str) -> u16 {
    let path = format!("/api/v1/later/{id}");
    request(server.at, method, &path, Some(&who.cookie), Some(body)).await.0
}

impl Person {
    /// Awaits a message of that text, and tells its `cid`.
    async fn hears_later(&mut self, text: &str) -> Option<Cid> {
        self.expect(text, |it| match it {
            ServerPacket::Appended(it) => {
                it.entries.iter().find(|it| it.what.text() == text).map(|it| it.cid)
            }
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn a_message_sent_later_comes_at_its_time_with_the_id_of_its_author() {
    let server = Server::start().await;
    let (ann, mut bob, plaza) = two_in_plaza(&server).await;
    let id = cid();
    let (status, body) = plan(server.at, &ann.login, plaza, id, ("at last", ahead(2_500))).await;
    assert_eq!(status, 201, "{body}");
    let listed = plans(server.at, &ann.login).await;
    assert_eq!(
        (listed.len(), listed[0].plan, listed[0].room_name.as_str()),
        (1, Plan::Say, "plaza")
    );
    assert_eq!(plans(server.at, &bob.login).await, []);
    assert_eq!(bob.hears_later("at last").await, Some(id));
    let gone = async {
        while !plans(server.at, &ann.login).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon("the end of the plan", gone).await;
}

#[tokio::test]
async fn what_is_planned_is_changed_and_cancelled_by_its_user_only() {
    let server = Server::start().await;
    let (ann, mut bob, plaza) = two_in_plaza(&server).await;
    let hour = ahead(3_600_000);
    let (one, two) = (cid(), cid());
    for id in [one, two] {
        assert_eq!(plan(server.at, &ann.login, plaza, id, ("first", hour)).await.0, 201);
    }
    // Asked again, it is one.
    assert_eq!(plan(server.at, &ann.login, plaza, one, ("first", hour)).await.0, 201);
    assert_eq!(plans(server.at, &ann.login).await.len(), 2);
    let (one, two) = (one.to_string(), two.to_string());
    let sooner = format!(r#"{{"text":"second","at":{}}}"#, ahead(5_000));
    assert_eq!(change(&server, &bob.login, "PATCH", &one, &sooner).await, 404);
    assert_eq!(change(&server, &bob.login, "DELETE", &two, "").await, 404);
    assert_eq!(change(&server, &ann.login, "PATCH", &one, r#"{"at":1}"#).await, 422);
    assert_eq!(change(&server, &ann.login, "PATCH", &one, r#"{"text":" "}"#).await, 422);
    assert_eq!(change(&server, &ann.login, "PATCH", "x", &sooner).await, 404);
    assert_eq!(change(&server, &ann.login, "DELETE", &two, "").await, 204);
    assert_eq!(change(&server, &ann.login, "DELETE", &two, "").await, 404);
    assert_eq!(change(&server, &ann.login, "PATCH", &one, &sooner).await, 204);
    bob.hears_later("second").await;
    let text = r#"{"text":"third"}"#;
    assert_eq!(change(&server, &ann.login, "PATCH", &one, text).await, 404, "it was sent");
    let said = server.log(&ann.login, plaza).await;
    assert!(said.iter().all(|it| it.what.text() != "first"));
}

#[tokio::test]
async fn nobody_plans_what_they_could_not_say_nor_more_than_fifty() {
    let server = Server::start_with(crate::support::unlimited).await;
    let (ann, plaza) = one_in_plaza(&server).await;
    let eve = guest(server.at, "Eve").await;
    let hour = ahead(3_600_000);
    assert_eq!(plan(server.at, &eve, plaza, cid(), ("hi", hour)).await.0, 403);
    let nowhere = RoomId(uuid::Uuid::nil());
    assert_eq!(plan(server.at, &ann.login, nowhere, cid(), ("hi", hour)).await.0, 404);
    for due in [ahead(-1), ahead(366 * 86_400_000)] {
        assert_eq!(plan(server.at, &ann.login, plaza, cid(), ("hi", due)).await.0, 422);
    }
    assert_eq!(plan(server.at, &ann.login, plaza, cid(), ("  ", hour)).await.0, 422);
    for _ in 0..50 {
        assert_eq!(plan(server.at, &ann.login, plaza, cid(), ("hi", hour)).await.0, 201);
    }
    assert_eq!(plan(server.at, &ann.login, plaza, cid(), ("hi", hour)).await.0, 409);
}

#[tokio::test]
async fn a_reminder_is_shown_to_its_user_alone_and_kept_until_dismissed() {
    let server = Server::start().await;
    let (mut ann, mut bob, plaza) = two_in_plaza(&server).await;
    let acked = bob.say(plaza, "the date").await.unwrap();
    let path = format!("/api/v1/rooms/{plaza}/entries/{}/reminders", acked.seq);
    let body = format!(r#"{{"at":{}}}"#, ahead(2_500));
    let (status, body) =
        request(server.at, "POST", &path, Some(&ann.login.cookie), Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let reminded = ann
        .expect("a reminder", |it| match it {
            ServerPacket::Reminded(it) => Some(it.clone()),
            _ => None,
        })
        .await;
    assert_eq!((reminded.text.as_str(), reminded.seq), ("the date", Some(acked.seq)));
    assert!(reminded.done_at.is_some());
    assert_eq!(plans(server.at, &ann.login).await, std::slice::from_ref(&reminded));
    // Whatever else Bob is told comes after what he would have been told.
    bob.say(plaza, "last").await.unwrap();
    let id = reminded.id.to_string();
    assert_eq!(change(&server, &bob.login, "DELETE", &id, "").await, 404);
    let path = format!("/api/v1/reminders/{id}");
    assert_eq!(request(server.at, "DELETE", &path, Some(&ann.login.cookie), None).await.0, 204);
    assert_eq!(plans(server.at, &ann.login).await, []);
}

#[tokio::test]
async fn kills_at_any_moment_lose_and_double_nothing_that_was_planned() {
    const PLANS: usize = 40;
    let place = Place::new().await;
    let at = free_port().await;
    let config = "[limits]\nsends_per_sec = 100000\nsends_burst = 100000\nrequests_per_sec = 0\n";
    std::fs::write(place.path().join("maru.toml"), config).unwrap();
    let mut server = Process::start(&place, at).await;
    let ann = guest(at, "Ann").await;
    let path = "/api/v1/rooms/plaza/members/me";
    let (_, body) = request(at, "PUT", path, Some(&ann.cookie), None).await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let plaza: RoomId = body["id"].as_str().unwrap().parse().unwrap();
    let mut planned = Vec::new();
    let begin = ahead(6_000);
    for n in 0..PLANS {
        let (id, due) = (cid(), begin + 50 * i64::try_from(n).unwrap());
        let (status, body) = plan(at, &ann, plaza, id, (&format!("{n}"), due)).await;
        assert_eq!(status, 201, "{body}");
        planned.push(id);
    }
    // A kill is to meet jobs that are done, not those that still wait.
    let left = u64::try_from(begin - ahead(0)).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(left)).await;
    // Another moment of a job each time, until all are done.
    let mut kills = 0_u64;
    let all_done = async {
        loop {
            server.kill().await;
            server = Process::start(&place, at).await;
            if plans(at, &ann).await.is_empty() {
                return server;
            }
            kills += 1;
            tokio::time::sleep(Duration::from_micros(kills * 7_919)).await;
        }
    };
    let server =
        tokio::time::timeout(Duration::from_mins(1), all_done).await.expect("all are sent");
    let log = log_at(at, &ann, plaza).await;
    server.kill().await;
    let said: Vec<Cid> = log.iter().filter_map(|it| it.cid).collect();
    assert_eq!(said, planned, "each once, in their order");
}
