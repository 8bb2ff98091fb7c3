//! Before a node serves: whether Redis lets it in, and whether its name is free.

use super::{ANSWER_WITHIN, CONNECT_WITHIN, Fault, NodeId, Word, answer, beat::TAKE};
use crate::{
    cluster::{Registration, roster::LEASE},
    config::ConfigError,
};
use redis::{AsyncConnectionConfig, Client, ErrorKind, Script, aio::MultiplexedConnection, cmd};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// Older ones are not tested.
const MAJOR_LEAST: u32 = 7;
/// How often a name in use is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// So long after taking its name a node listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(1);

/// Takes a key from whoever was found to hold it.
const TAKE_OVER: &str = "
    if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
    return 1";

fn bad_url(mend: String) -> ConfigError {
    ConfigError::BadValue {
        key: "redis_url".into(),
        value: "…".into(),
        origin: "the configuration".into(),
        mend,
    }
}

/// Reads the address.
pub(super) fn open(url: &str) -> Result<Client, ConfigError> {
    Client::open(url).map_err(|_| {
        bad_url("write an address such as redis://:password@127.0.0.1:6379, or remove it".into())
    })
}

/// A connection for commands.
pub(super) async fn connect(client: &Client) -> Result<MultiplexedConnection, Fault> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    let mut commands = match timeout(CONNECT_WITHIN, connecting).await {
        Ok(connected) => connected?,
        Err(_) => return Err(Fault::Silent),
    };
    answer(cmd("PING").query_async::<()>(&mut commands)).await?;
    Ok(commands)
}

/// Looks whether Redis lets this node in and takes its name. What keeps Redis from answering
/// today may be over tomorrow and is only told; what must be mended is an error.
pub(super) async fn claim(
    client: &Client,
    prefix: &str,
    id: NodeId,
    name: &str,
) -> Result<(), ConfigError> {
    let claimed = async {
        let mut commands = connect(client).await?;
        check_version(&mut commands).await?;
        claim_name(&mut commands, prefix, id, name).await
    };
    match claimed.await {
        Ok(None) => Ok(()),
        Ok(Some(refused)) => Err(refused),
        Err(Refused::Config(error)) => Err(error),
        Err(Refused::Fault(Fault::Redis(error))) if is_to_be_mended(&error) => {
            Err(bad_url(format!("Redis refused it ({}); mend user and password", one_line(&error))))
        }
        Err(Refused::Fault(fault)) => {
            tracing::warn!(
                "Redis: {fault}; starting without it: what other nodes write is read from the \
                 database until it is there"
            );
            Ok(())
        }
    }
}

#[derive(Debug)]
enum Refused {
    Config(ConfigError),
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Whether waiting will not help.
fn is_to_be_mended(error: &redis::RedisError) -> bool {
    let kind = error.kind();
    matches!(kind, ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig)
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM"))
}

fn one_line(error: &redis::RedisError) -> String {
    error.to_string().replace(['\n', '\r'], " ")
}

async fn check_version(commands: &mut MultiplexedConnection) -> Result<(), Refused> {
    // Some hosts forbid asking; they are new enough.
    let Ok(info) = answer(cmd("INFO").arg("server").query_async::<String>(commands)).await else {
        return Ok(());
    };
    match version_of(&info) {
        Some((version, major)) if major < MAJOR_LEAST => Err(Refused::Config(bad_url(format!(
            "that is Redis {version}; Redis {MAJOR_LEAST} or newer, or Valkey, is needed"
        )))),
        _ => Ok(()),
    }
}

fn version_of(info: &str) -> Option<(&str, u32)> {
    let version = info.lines().find_map(|it| it.strip_prefix("redis_version:"))?.trim();
    Some((version, version.split('.').next()?.parse().ok()?))
}

/// Takes the name; an error where another live node has it.
async fn claim_name(
    commands: &mut MultiplexedConnection,
    prefix: &str,
    id: NodeId,
    name: &str,
) -> Result<Option<ConfigError>, Refused> {
    let key = format!("{prefix}name:{name}");
    let lease_ms = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    let (take, take_over) = (Script::new(TAKE), Script::new(TAKE_OVER));
    // A lease ends by itself; nobody waits much longer than that.
    let give_up = Instant::now() + LEASE + LOOK_EVERY * 5;
    let mut holder: Option<(NodeId, u64)> = None;
    let mut silence = Silence::default();
    loop {
        let mut taking = take.key(&key);
        taking.arg(id.to_string()).arg(lease_ms);
        if answer(taking.invoke_async::<bool>(commands)).await? {
            return Ok(None);
        }
        if Instant::now() > give_up {
            return Ok(Some(taken(name)));
        }
        let held: Option<String> = answer(cmd("GET").arg(&key).query_async(commands)).await?;
        let Some(other) = held.and_then(|it| it.parse::<NodeId>().ok()) else {
            sleep(LOOK_EVERY).await;
            continue;
        };
        let channel = format!("{prefix}to:{other}");
        if !listens(commands, &channel).await? {
            // Perhaps it has just taken the name, and is about to.
            if !silence.is_final(other) {
                sleep(LOOK_EVERY).await;
                continue;
            }
            // Its connection ended with its process; only its lease has not.
            let mut taking = take_over.key(&key);
            taking.arg(other.to_string()).arg(id.to_string()).arg(lease_ms);
            answer(taking.invoke_async::<bool>(commands)).await?;
            continue;
        }
        silence = Silence::default();
        let beat = beat_of(commands, prefix, other).await?;
        match holder {
            Some((before, then)) if before == other && beat > then => {
                return Ok(Some(taken(name)));
            }
            Some((before, _)) if before == other => {}
            _ => {
                let word = Word::Wake(other).encode(id);
                answer(cmd("PUBLISH").arg(&channel).arg(word).query_async::<()>(commands)).await?;
                holder = Some((other, beat));
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

/// A node that does not listen, and since when.
#[derive(Default)]
struct Silence(Option<(NodeId, Instant)>);

impl Silence {
    /// Whether that node, found not to listen, will listen no more.
    fn is_final(&mut self, node: NodeId) -> bool {
        let since = match self.0 {
            Some((before, since)) if before == node => since,
            _ => Instant::now(),
        };
        self.0 = Some((node, since));
        since.elapsed() >= LISTENS_WITHIN
    }
}

fn taken(name: &str) -> ConfigError {
    ConfigError::BadValue {
        key: "node_name".into(),
        value: name.to_owned(),
        origin: "the configuration".into(),
        mend: "a live node of this deployment has that name; stop it, or choose another with \
               MARU_NODE_NAME"
            .into(),
    }
}

async fn listens(commands: &mut MultiplexedConnection, channel: &str) -> Result<bool, Fault> {
    let (_, listeners): (String, u64) =
        answer(cmd("PUBSUB").arg("NUMSUB").arg(channel).query_async(commands)).await?;
    Ok(listeners > 0)
}

/// How often a node has beaten, as far as its key tells.
async fn beat_of(
    commands: &mut MultiplexedConnection,
    prefix: &str,
    node: NodeId,
) -> Result<u64, Fault> {
    let key = format!("{prefix}node:{node}");
    let stands: Option<String> = answer(cmd("GET").arg(key).query_async(commands)).await?;
    let stands = stands.and_then(|it| serde_json::from_str::<Registration>(&it).ok());
    Ok(stands.map_or(0, |it| it.beats()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_what_redis_tells() {
        let info = "# Server\r\nredis_version:7.0.15\r\nvalkey_version:8.0.1\r\n";
        assert_eq!(version_of(info), Some(("7.0.15", 7)));
        assert_eq!(version_of("# Server\r\n"), None);
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_it() {
        for url in ["", "localhost", "http://secret@localhost", "redis://:secret@host:port"] {
            let Err(error) = open(url) else { panic!("{url} was taken") };
            let text = error.to_string();
            assert!(text.starts_with("redis_url = \"…\"") && !text.contains("secret"), "{text}");
        }
        assert!(open("redis://:secret@127.0.0.1:6379/2").is_ok());
        assert!(open("rediss://user:secret@redis.example").is_ok());
    }
}
