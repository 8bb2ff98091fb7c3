//! What a node keeps in Redis: how it stands, who is on it, its name and perhaps the lead, each
//! for as long as it beats. And what it reads there of the others.

use super::{Fault, Heard, NodeId, Shared, Word, answer, lock};
use crate::cluster::{Registration, roster::LEASE};
use app::protocol::{ids::UserId, people::Presence};
use redis::{Script, aio::MultiplexedConnection, cmd};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, timeout};

/// How often a node tells that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// How often it tries while its keys cannot be written.
const BEAT_AGAIN: Duration = Duration::from_secs(1);
/// The lead is taken to last so long, a little less than its lease: clocks are not equal.
const LEAD: Duration = Duration::from_secs(13);
/// Saying goodbye may take so long.
const GOODBYE: Duration = Duration::from_secs(1);

/// Takes a key, or keeps it; 0 where another holds it.
pub(super) const TAKE: &str = "
    local held = redis.call('get', KEYS[1])
    if held and held ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
    return 1";
/// Gives a key back, where it is held.
const GIVE_BACK: &str = "
    if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('del', KEYS[1])";

/// Beats as long as the connection lives.
pub(super) struct Heart<'a> {
    shared: &'a Shared,
    commands: MultiplexedConnection,
    name: &'a str,
    /// The change of presence as of which the users were last written.
    written: Option<u64>,
    name_lost: bool,
}

impl<'a> Heart<'a> {
    pub(super) const fn new(
        shared: &'a Shared,
        commands: MultiplexedConnection,
        name: &'a str,
    ) -> Self {
        Self { shared, commands, name, written: None, name_lost: false }
    }

    /// Runs until Redis cannot be reached.
    pub(super) async fn run(mut self) -> Fault {
        let mut next = tokio::time::Instant::now();
        loop {
            let beats = tokio::select! {
                () = sleep_until(next) => true,
                () = self.shared.beat_now.notified() => true,
                () = self.shared.read_now.notified() => false,
            };
            let done = if beats { self.beat().await } else { Ok(()) };
            let done = match done {
                Ok(()) => self.read_others().await,
                failed => failed,
            };
            match done {
                Ok(()) if beats => {
                    self.shared.judge(&"", |it| it.registered = true).await;
                    next = tokio::time::Instant::now() + BEAT;
                }
                Ok(()) => {}
                // Redis is there and does not do as it is told: it is full, or a replica.
                Err(Fault::Redis(error))
                    if !error.is_unrecoverable_error() && !error.is_io_error() =>
                {
                    self.shared.judge(&error, |it| it.registered = false).await;
                    self.written = None;
                    next = tokio::time::Instant::now() + BEAT_AGAIN;
                }
                Err(fault) => return fault,
            }
        }
    }

    /// Tells that this node lives.
    async fn beat(&mut self) -> Result<(), Fault> {
        let (stands, users) = self.shared.roster.beat();
        self.write_users(stands.presence(), &users).await?;
        let key = self.shared.node_key("node", stands.id());
        let mut set = cmd("SET");
        set.arg(key).arg(json(&stands)).arg("PX").arg(lease_ms());
        answer(set.query_async::<()>(&mut self.commands)).await?;
        let mut add = cmd("SADD");
        add.arg(self.shared.key("nodes")).arg(stands.id().to_string());
        answer(add.query_async::<()>(&mut self.commands)).await?;
        self.keep_name().await?;
        self.keep_lead().await?;
        let word = Word::Beat(stands);
        let mut publish = cmd("PUBLISH");
        publish.arg(self.shared.channel(&word)).arg(word.encode(self.shared.roster.id()));
        answer(publish.query_async::<()>(&mut self.commands)).await
    }

    /// Writes who is on this node, unless that stands there already.
    async fn write_users(
        &mut self,
        change: u64,
        users: &[(UserId, Presence)],
    ) -> Result<(), Fault> {
        let key = self.shared.node_key("users", self.shared.roster.id());
        if self.written == Some(change) {
            let mut keep = cmd("PEXPIRE");
            keep.arg(&key).arg(lease_ms());
            if answer(keep.query_async::<bool>(&mut self.commands)).await? {
                return Ok(());
            }
        }
        let mut set = cmd("SET");
        set.arg(key).arg(json(&(change, users))).arg("PX").arg(lease_ms());
        answer(set.query_async::<()>(&mut self.commands)).await?;
        self.written = Some(change);
        Ok(())
    }

    async fn take(&mut self, key: &str) -> Result<bool, Fault> {
        let script = Script::new(TAKE);
        let mut taking = script.key(self.shared.key(key));
        taking.arg(self.shared.roster.id().to_string()).arg(lease_ms());
        answer(taking.invoke_async(&mut self.commands)).await
    }

    async fn keep_name(&mut self) -> Result<(), Fault> {
        let lost = !self.take(&format!("name:{}", self.name)).await?;
        if lost && !self.name_lost {
            tracing::error!(
                "Redis: another live node is called {:?} too; give one another name with \
                 MARU_NODE_NAME",
                self.name
            );
        }
        self.name_lost = lost;
        Ok(())
    }

    /// Keeps the lead, or takes it where nobody has it.
    async fn keep_lead(&mut self) -> Result<(), Fault> {
        // From before asking: the lease cannot have begun earlier.
        let asked = Instant::now();
        let leads = self.take("leader").await?;
        let mut lease = lock(&self.shared.lease);
        let led = lease.until.is_some_and(|until| asked < until);
        lease.until = leads.then(|| asked + LEAD);
        if leads && !led {
            lease.term += 1;
            tracing::info!(term = lease.term, "this node leads");
        }
        Ok(())
    }

    /// Reads how the others stand, and their users where something was missed.
    async fn read_others(&mut self) -> Result<(), Fault> {
        let nodes = self.shared.key("nodes");
        let ids: Vec<String> =
            answer(cmd("SMEMBERS").arg(&nodes).query_async(&mut self.commands)).await?;
        let ids: Vec<NodeId> = ids.iter().filter_map(|it| it.parse().ok()).collect();
        for id in ids {
            let key = self.shared.node_key("node", id);
            if let Some(stands) = self.get::<Registration>(&key).await? {
                self.shared.roster.hear_beat(stands, Instant::now());
            } else {
                let mut forget = cmd("SREM");
                forget.arg(&nodes).arg(id.to_string());
                answer(forget.query_async::<()>(&mut self.commands)).await?;
            }
        }
        for id in self.shared.roster.incomplete() {
            let key = self.shared.node_key("users", id);
            if let Some((change, users)) = self.get::<(u64, Vec<(UserId, Presence)>)>(&key).await? {
                let users: HashMap<_, _> = users.into_iter().collect();
                let moved = self.shared.roster.hear_users(id, change, users);
                self.shared.forward(Heard::Moved(moved)).await;
            }
        }
        let gone = self.shared.roster.forget_silent(Instant::now());
        if !gone.is_empty() {
            self.shared.forward(Heard::Moved(gone)).await;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        metrics::gauge!("maru_cluster_nodes").set(self.shared.roster.nodes().len() as f64);
        Ok(())
    }

    async fn get<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, Fault> {
        let text: Option<String> =
            answer(cmd("GET").arg(key).query_async(&mut self.commands)).await?;
        Ok(text.and_then(|it| serde_json::from_str(&it).ok()))
    }
}

/// Takes everything of this node out of Redis.
pub(super) async fn say_goodbye(shared: &Shared, mut commands: MultiplexedConnection, name: &str) {
    let id = shared.roster.id();
    lock(&shared.lease).until = None;
    let goodbye = async {
        let keys = [shared.node_key("node", id), shared.node_key("users", id)];
        cmd("DEL").arg(&keys).query_async::<()>(&mut commands).await?;
        cmd("SREM")
            .arg(shared.key("nodes"))
            .arg(id.to_string())
            .query_async::<()>(&mut commands)
            .await?;
        for key in [shared.key(&format!("name:{name}")), shared.key("leader")] {
            let script = Script::new(GIVE_BACK);
            script.key(key).arg(id.to_string()).invoke_async::<()>(&mut commands).await?;
        }
        let word = Word::Gone;
        let mut publish = cmd("PUBLISH");
        publish.arg(shared.channel(&word)).arg(word.encode(id));
        publish.query_async::<()>(&mut commands).await
    };
    match timeout(GOODBYE, goodbye).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "could not say goodbye"),
        Err(_) => tracing::debug!("could not say goodbye in time"),
    }
}

fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it has string keys only")
}
