//! Redis fails in every way; sends go on, everybody hears, and nobody is said to be offline.

use crate::{
    deployment::{Deployment, within},
    redis::OwnRedis,
    support::Person,
};
use app::protocol::{ids::RoomId, people::Presence};
use server::config::Secret;
use std::time::{Duration, Instant};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// What is said reaches another node so soon while Redis is away.
const DELIVERED: Duration = Duration::from_millis(2_500);
/// All is well again so soon after Redis is back.
const HEALED: Duration = Duration::from_secs(5);
/// A send that waits for nobody is answered so soon, on a busy machine.
const ANSWERED: Duration = Duration::from_secs(1);

struct Scene {
    deployment: Deployment,
    ann: Person,
    bob: Person,
    plaza: RoomId,
}

impl Scene {
    async fn over(redis: &OwnRedis) -> Self {
        let deployment = Deployment::start(Some(redis.url()), 2).await;
        let (ann, bob, plaza) = deployment.ann_and_bob().await;
        let mut scene = Self { deployment, ann, bob, plaza };
        scene.is_well().await;
        scene
    }

    /// Says something on one node; it is answered at once and heard on the other in time.
    async fn says(&mut self, text: &str, limit: Duration) {
        let began = Instant::now();
        self.ann.say(self.plaza, text).await.unwrap();
        assert!(began.elapsed() < ANSWERED, "answered after {:?}", began.elapsed());
        self.bob.hears(self.plaza, text).await;
        assert!(began.elapsed() < limit, "{text}: heard after {:?}", began.elapsed());
    }

    /// What the first node tells of Bob.
    async fn bobs(&self) -> Option<Presence> {
        let node = &self.deployment.nodes[0];
        node.presence(&self.ann.login, self.plaza, self.bob.login.id).await
    }

    async fn bob_is(&self, presence: Presence, limit: Duration) {
        let what = format!("Bob as {presence:?}");
        within(limit, &what, async || self.bobs().await == Some(presence)).await;
        // And what one has a socket for oneself is never in doubt.
        let own =
            self.deployment.nodes[0].presence(&self.ann.login, self.plaza, self.ann.login.id).await;
        assert_eq!(own, Some(Presence::Here));
    }

    /// Within the time to heal, Bob is here and messages are heard at once.
    async fn is_well(&mut self) {
        let began = Instant::now();
        self.bob_is(Presence::Here, HEALED).await;
        let mut n = 0;
        loop {
            let said = Instant::now();
            n += 1;
            let text = format!("well {n} {began:?}");
            self.says(&text, DELIVERED).await;
            if said.elapsed() < Duration::from_millis(300) {
                break;
            }
            assert!(began.elapsed() < HEALED, "not well after {:?}", began.elapsed());
        }
        let log = self.deployment.same_log_everywhere(&self.ann.login, self.plaza).await;
        assert!(log > 2);
    }
}

#[tokio::test]
async fn with_redis_killed_messages_are_heard_presence_is_unknown_and_all_heals() {
    let Some(mut redis) = OwnRedis::start(&[]).await else { return };
    let mut scene = Scene::over(&redis).await;
    redis.kill().await;
    for n in 0..5 {
        scene.says(&format!("killed {n}"), DELIVERED).await;
    }
    scene.bob_is(Presence::Unknown, Duration::from_secs(5)).await;
    scene.says("still", DELIVERED).await;
    redis.run().await;
    scene.is_well().await;
}

#[tokio::test]
async fn with_redis_that_hangs_sends_go_on_and_messages_are_heard() {
    let Some(redis) = OwnRedis::start(&[]).await else { return };
    let mut scene = Scene::over(&redis).await;
    redis.signal("-STOP").await;
    for n in 0..5 {
        scene.says(&format!("hanging {n}"), DELIVERED).await;
    }
    scene.bob_is(Presence::Unknown, Duration::from_secs(6)).await;
    redis.signal("-CONT").await;
    scene.is_well().await;
}

/// A way to Redis, as long as its task runs.
async fn way_to(redis: &OwnRedis) -> (String, JoinHandle<()>) {
    let to = redis.url().trim_start_matches("redis://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let way = tokio::spawn(async move {
        let mut links = JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpStream::connect(&to).await.unwrap();
            links.spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
    });
    (url, way)
}

#[tokio::test]
async fn with_redis_out_of_reach_of_one_node_alone_the_others_hear_it_in_time() {
    let Some(redis) = OwnRedis::start(&[]).await else { return };
    let (url, way) = way_to(&redis).await;
    let mut deployment = Deployment::start(Some(redis.url()), 0).await;
    deployment.add(|it| it.redis_url = Some(Secret::new(url))).await;
    deployment.add(|_| ()).await;
    deployment.hear_each_other().await;
    let (ann, bob, plaza) = deployment.ann_and_bob().await;
    let mut scene = Scene { deployment, ann, bob, plaza };
    scene.is_well().await;
    way.abort();
    for n in 0..4 {
        scene.says(&format!("alone {n}"), DELIVERED).await;
    }
}

#[tokio::test]
async fn with_redis_emptied_nobody_notices() {
    let Some(redis) = OwnRedis::start(&[]).await else { return };
    let mut scene = Scene::over(&redis).await;
    redis.ask("FLUSHALL").await;
    for n in 0..3 {
        scene.says(&format!("flushed {n}"), DELIVERED).await;
        assert_eq!(scene.bobs().await, Some(Presence::Here));
    }
    // The keys come back with the next beat: of each node its state, users and name; the list of
    // nodes, and the lead.
    within(Duration::from_secs(7), "keys", async || redis.ask("DBSIZE").await.contains(":8")).await;
    scene.is_well().await;
}

#[tokio::test]
async fn with_redis_that_cuts_the_subscribers_nothing_is_lost() {
    let Some(redis) = OwnRedis::start(&[]).await else { return };
    let mut scene = Scene::over(&redis).await;
    for n in 0..5 {
        redis.ask("CLIENT KILL TYPE pubsub").await;
        scene.says(&format!("cut {n}"), DELIVERED).await;
    }
    scene.is_well().await;
}

#[tokio::test]
async fn with_redis_full_messages_are_heard_and_presence_is_unknown() {
    let Some(redis) = OwnRedis::start(&[]).await else { return };
    let mut scene = Scene::over(&redis).await;
    redis.ask("CONFIG SET maxmemory-policy noeviction").await;
    redis.ask("CONFIG SET maxmemory 1").await;
    for n in 0..3 {
        scene.says(&format!("full {n}"), DELIVERED).await;
    }
    scene.bob_is(Presence::Unknown, Duration::from_secs(10)).await;
    redis.ask("CONFIG SET maxmemory 0").await;
    scene.is_well().await;
}
