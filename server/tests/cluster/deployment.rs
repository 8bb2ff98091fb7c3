//! Nodes over one database, and perhaps one Redis.

use crate::{
    served::{Place, Served},
    support::{Login, Person, log_at, request, soon, unlimited},
};
use app::protocol::{
    ids::{RoomId, UserId},
    packets::ServerPacket,
    people::Presence,
};
use serde_json::Value;
use server::config::{Config, Secret};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::Instant};
use tokio_util::sync::CancellationToken;

/// The Redis that the tests share, if there is one. Deployments do not meet in it.
pub(crate) fn shared_redis() -> Option<String> {
    std::env::var("TEST_REDIS_URL").ok().filter(|it| !it.is_empty())
}

/// One server process of a deployment, in this process.
pub(crate) struct Node {
    pub(crate) at: SocketAddr,
    served: Served,
}

/// Nodes that share a database.
pub(crate) struct Deployment {
    pub(crate) place: Arc<Place>,
    redis: Option<String>,
    pub(crate) nodes: Vec<Node>,
}

impl Deployment {
    /// So many nodes over one database, and over that Redis.
    pub(crate) async fn start(redis: Option<String>, nodes: usize) -> Self {
        let mut deployment = Self { place: Place::new().await, redis, nodes: Vec::new() };
        for _ in 0..nodes {
            deployment.add(|_| ()).await;
        }
        if nodes > 1 && deployment.redis.is_some() {
            deployment.hear_each_other().await;
        }
        deployment
    }

    /// Starts one more node; returns its place among the nodes.
    pub(crate) async fn add(&mut self, configure: impl FnOnce(&mut Config)) -> usize {
        let (redis, place) = (self.redis.clone(), self.place.clone());
        let served = Served::start(place, |it| configure_node(it, redis, configure)).await;
        let node = Node { at: served.at, served };
        let ready = async {
            while request(node.at, "GET", "/api/v1/ready", None, None).await.0 != 200 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon("a node that is ready", ready).await;
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The complaint of a node that does not start.
    pub(crate) async fn refused(&self, configure: impl FnOnce(&mut Config)) -> String {
        let mut config = self.place.config();
        configure_node(&mut config, self.redis.clone(), configure);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let serving = server::serve(config, listener, CancellationToken::new());
        let ended = tokio::time::timeout(Duration::from_secs(25), serving).await;
        format!("{:#}", ended.expect("an early end").expect_err("a refusal"))
    }

    /// Awaits that all nodes know of each other.
    pub(crate) async fn hear_each_other(&self) {
        let admin = self.admin().await;
        let all = self.nodes.len();
        for node in &self.nodes {
            within(Duration::from_secs(8), "nodes that hear each other", async || {
                node.nodes(&admin).await.len() == all
            })
            .await;
        }
    }

    /// Somebody who runs the server.
    pub(crate) async fn admin(&self) -> Login {
        let (at, password) = (self.nodes[0].at, "a long enough one");
        let body = format!(r#"{{"name":"Root","password":"{password}"}}"#);
        // Made by whoever asked first.
        request(at, "POST", "/api/v1/users", None, Some(&body)).await;
        crate::support::sign_in(at, "Root", password).await
    }

    /// Ann on the first node and Bob on the second, both members of the plaza.
    pub(crate) async fn ann_and_bob(&self) -> (Person, Person, RoomId) {
        let mut ann = Person::new(self.nodes[0].at, "Ann").await;
        let mut bob = Person::new(self.nodes[1].at, "Bob").await;
        let plaza = self.nodes[0].room(&ann.login, "plaza").await;
        ann.enter(plaza).await.unwrap();
        bob.enter(plaza).await.unwrap();
        (ann, bob, plaza)
    }

    /// Expects every node to have the same log, without holes; returns how long it is.
    pub(crate) async fn same_log_everywhere(&self, who: &Login, room: RoomId) -> usize {
        let first = log_at(self.nodes[0].at, who, room).await;
        let places: Vec<_> = first.iter().map(|it| it.seq.get()).collect();
        assert_eq!(places, (1..=first.len() as u64).collect::<Vec<_>>(), "no holes");
        for node in &self.nodes[1..] {
            assert_eq!(log_at(node.at, who, room).await, first);
        }
        first.len()
    }
}

impl Node {
    /// A room's id by its name.
    pub(crate) async fn room(&self, who: &Login, name: &str) -> RoomId {
        let body = self.get(who, &format!("/api/v1/rooms/{name}")).await;
        body["id"].as_str().unwrap().parse().unwrap()
    }

    /// What it answers in JSON.
    pub(crate) async fn get(&self, who: &Login, path: &str) -> Value {
        let (status, body) = request(self.at, "GET", path, Some(&who.cookie), None).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The nodes that it hears.
    pub(crate) async fn nodes(&self, admin: &Login) -> Vec<Value> {
        self.get(admin, "/api/v1/nodes").await["nodes"].as_array().unwrap().clone()
    }

    /// Its own id.
    pub(crate) async fn id(&self, admin: &Login) -> String {
        let nodes = self.nodes(admin).await;
        let this = nodes.iter().find(|it| it["is_this"] == true).unwrap();
        this["id"].as_str().unwrap().to_owned()
    }

    /// The status of its readiness.
    pub(crate) async fn ready(&self) -> u16 {
        request(self.at, "GET", "/api/v1/ready", None, None).await.0
    }

    /// A member's presence, as this node tells it; none for who is no member.
    pub(crate) async fn presence(
        &self,
        who: &Login,
        room: RoomId,
        user: UserId,
    ) -> Option<Presence> {
        let body = self.get(who, &format!("/api/v1/rooms/{room}/people")).await;
        let people = body["people"].as_array().unwrap();
        let person = people.iter().find(|it| it["id"] == user.to_string())?;
        serde_json::from_value(person["presence"].clone()).unwrap()
    }

    /// Stops in an orderly way.
    pub(crate) async fn stop(self) {
        let ended = tokio::time::timeout(Duration::from_secs(20), self.served.stop()).await;
        ended.expect("the node's end");
    }
}

fn configure_node(config: &mut Config, redis: Option<String>, configure: impl FnOnce(&mut Config)) {
    config.redis_url = redis.map(Secret::new);
    config.limits.guests_per_hour = 0;
    config.limits.sign_ups_per_hour = 0;
    config.limits.logins_per_min = 0;
    config.limits.requests_per_sec = 0;
    unlimited(config);
    configure(config);
}

/// Awaits a state, or panics when it does not come in time. Returns how long it took.
pub(crate) async fn within(
    limit: Duration,
    what: &str,
    mut holds: impl AsyncFnMut() -> bool,
) -> Duration {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

impl Person {
    /// Awaits that text in that room; returns how long it took.
    pub(crate) async fn hears(&mut self, room: RoomId, text: &str) -> Duration {
        let began = Instant::now();
        let what = format!("{text:?}");
        self.expect(&what, |it| match it {
            ServerPacket::Appended(it) if it.room == room => {
                it.entries.iter().any(|it| it.what.text() == text).then_some(())
            }
            _ => None,
        })
        .await;
        began.elapsed()
    }
}
