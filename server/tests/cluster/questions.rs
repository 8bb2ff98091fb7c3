//! Questions of two who are on two nodes.

use crate::{
    deployment::{Deployment, shared_redis, within},
    matching::meet,
    support::{Login, Person, request},
};
use app::protocol::{
    ids::RoomId,
    message::{Asked, What},
    packets::ServerPacket,
    questions::book::AnswerBook,
    refusal::Refusal,
};
use std::{net::SocketAddr, time::Duration};

const TEA: &str = include_str!("../support/tea.toml");
const STRICT: &str = r#"{"pack":"tea","mode":"strict","by_word":true}"#;

async fn ask(at: SocketAddr, who: &Login, method: &str, path: &str, body: &str) -> (u16, String) {
    request(at, method, &format!("/api/v1/{path}"), Some(&who.cookie), Some(body)).await
}

async fn comes_up(person: &mut Person) -> Asked {
    person
        .expect("a question", |it| match it {
            ServerPacket::Appended(it) => it.entries.iter().find_map(|it| match &it.what {
                What::Asked(asked) => Some((**asked).clone()),
                _ => None,
            }),
            _ => None,
        })
        .await
}

async fn book(at: SocketAddr, who: &Login, room: RoomId) -> AnswerBook {
    let (status, body) = ask(at, who, "GET", &format!("rooms/{room}/book?show=all"), "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn two_on_two_nodes_answer_each_other_and_a_pack_is_known_on_both() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let [one, other] = [deployment.nodes[0].at, deployment.nodes[1].at];
    let owner = deployment.admin().await;
    let (people, room) = meet(&deployment).await;
    let [mut ann, mut bob]: [Person; 2] = people.try_into().ok().unwrap();
    assert_eq!(ask(one, &owner, "PUT", "packs/tea", TEA).await.0, 204);
    let settings = format!("rooms/{room}/questions/settings");
    // The other node compares its packs with the database every two seconds.
    within(Duration::from_secs(8), "a pack on the other node", async || {
        ask(other, &bob.login, "PUT", &settings, STRICT).await.0 == 204
    })
    .await;
    for person in [&mut ann, &mut bob] {
        person.enter(room).await.unwrap();
    }
    ann.say(room, "green tea?").await.unwrap();
    let asked = comes_up(&mut bob).await;
    assert_eq!(comes_up(&mut ann).await, asked);
    assert_eq!(bob.say(room, "yes").await, Err(Refusal::AnswerFirst));
    let answer = format!("rooms/{room}/questions/{}/answer", asked.id);
    assert_eq!(ask(other, &bob.login, "PUT", &answer, r#"{"text":"sencha"}"#).await.0, 204);
    bob.say(room, "yes").await.unwrap();
    let sealed = book(one, &ann.login, room).await;
    assert!(sealed.found[0].theirs_sealed && sealed.found[0].answers.is_empty(), "{sealed:?}");
    assert_eq!(ask(one, &ann.login, "PUT", &answer, r#"{"text":"oolong"}"#).await.0, 204);
    for (at, who) in [(one, &ann.login), (other, &bob.login), (other, &ann.login)] {
        assert_eq!(book(at, who, room).await.found[0].answers.len(), 1);
    }
}
