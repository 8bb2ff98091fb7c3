//! The configuration: defaults < `maru.toml` < `MARU_*` < flags, checked as a whole before
//! anything starts. Each fault is one line that names the key, its value and how to mend it.

mod keys;
mod layers;
mod mail;
mod network;
mod node;
mod origin;

pub use layers::Sources;
pub use mail::MailConfig;
pub use network::{ForwardedHeader, Network, NotANetwork};
pub use node::{NodeName, NotANodeName, Secret};
pub use origin::Origin;

use crate::store::StoreAddress;
use ::matching::desk;
use app::protocol::limits;
use keys::Layers;
use serde::Deserialize;
use std::{
    fmt,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that the operator can choose.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to serve at.
    pub listen: SocketAddr,
    /// The folder of the database.
    pub data_dir: PathBuf,
    /// Where the database is; `None` for the file in the data folder.
    pub database_url: Option<StoreAddress>,
    /// The public addresses; empty for those of `listen`. The first one is the main one.
    pub origins: Vec<Origin>,
    /// The reverse proxies that are believed about who asks.
    pub proxies: Vec<Network>,
    /// The header by which they tell.
    pub forwarded_header: ForwardedHeader,
    /// Where the figures for Prometheus are; none when off.
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the built site.
    pub site_dir: PathBuf,
    /// What to log, as `tracing` filters are written.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
    /// What this place is called.
    pub name: String,
    /// The channels that there shall be, in their order.
    pub channels: Vec<Channel>,
    /// Members who were offline for so long leave their rooms.
    pub offline_leave: Duration,
    /// A host who was offline for so long is followed by another.
    pub host_absence: Duration,
    /// From the upgrade of a socket to its first packet.
    pub hello_within: Duration,
    /// From connecting to the end of a request's header.
    pub header_timeout: Duration,
    /// A request may take so long.
    pub request_timeout: Duration,
    /// When stopping: what is not done after so long is given up.
    pub drain_max: Duration,
    /// The server by which nodes hear each other; none for one node alone.
    pub redis_url: Option<Secret>,
    /// What this node is called; none for its host and port.
    pub node_name: Option<NodeName>,
    /// A node that is drained sends its sockets elsewhere over so long.
    pub drain_spread: Duration,
    /// Passwords hashed at a time.
    pub password_threads: usize,
    /// With less free on the database's disk, nothing is written to the logs, in MiB.
    pub disk_free_mib: u32,
    /// How mail is sent; none for not at all.
    pub mail: Option<MailConfig>,
    /// A new login ends the user's others, whatever they chose.
    pub one_login_per_user: bool,
    /// Guests may look for somebody to talk with, too.
    pub match_guests: bool,
    /// How long things of a search last.
    pub match_times: MatchTimes,
    /// How much, and how often.
    pub limits: Limits,
}

/// How long things last of somebody's search for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchTimes {
    /// A proposal waits so long for the answers.
    pub answer: Duration,
    /// Who did something in so short a time is there, and is not asked.
    pub active: Duration,
    /// Who looks for somebody may be without a socket for so long.
    pub grace: Duration,
}

impl Default for MatchTimes {
    fn default() -> Self {
        let ms = |it: i64| Duration::from_millis(it.unsigned_abs());
        Self { answer: ms(desk::ANSWER_MS), active: ms(desk::ACTIVE_MS), grace: ms(desk::AWAY_MS) }
    }
}

/// How much, and how often. A rate of 0 is no limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Messages per second of one session, in the long run.
    pub sends_per_sec: u32,
    /// Messages at once.
    pub sends_burst: u32,
    /// Frames of any kind per second of one session.
    pub frames_per_sec: u32,
    /// Frames at once.
    pub frames_burst: u32,
    /// Live sockets of one user.
    pub sockets_per_user: usize,
    /// Live sockets from one address; twice as many connections of any kind.
    pub sockets_per_address: usize,
    /// Connections in all; 0 for as many as the system allows.
    pub connections_max: usize,
    /// Sign-ins per minute into one account; four times as many from one address.
    pub logins_per_min: u32,
    /// New accounts per hour from one address.
    pub sign_ups_per_hour: u32,
    /// New guests per hour from one address.
    pub guests_per_hour: u32,
    /// People to whom one account asks to write.
    pub write_requests_per_day: u32,
    /// Requests per second from one address, five times as many at once.
    pub requests_per_sec: u32,
    /// Tries of rooms' passwords by one account, four times as many from one address, twelve times
    /// as many for one room.
    pub room_passwords_per_min: u32,
    /// Rooms that one account makes.
    pub rooms_per_hour: u32,
    /// Links for a new password, per hour, to one account and from one address.
    pub resets_per_hour: u32,
    /// New pictures per hour of one user.
    pub pictures_per_hour: u32,
}

/// A channel of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its name, which is also its address.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub topic: String,
    /// How many people it takes.
    #[serde(default = "channel_people")]
    pub capacity: u32,
}

const fn channel_people() -> u32 {
    limits::CHANNEL_PEOPLE
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines, one object per line.
    Json,
}

/// A fault of the configuration, told in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key that there is not.
    #[error("{origin}: there is no key {key:?}; {mend}")]
    UnknownKey {
        /// Where it was found.
        origin: String,
        /// The key.
        key: String,
        /// What to do.
        mend: String,
    },
    /// A value that will not do.
    #[error("{key} = {value:?} (from {origin}): {mend}")]
    BadValue {
        /// The key.
        key: String,
        /// The value, unless it is a secret.
        value: String,
        /// Where it was found.
        origin: String,
        /// What would do.
        mend: String,
    },
    /// A file that cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in one line.
        why: String,
    },
}

impl Config {
    /// Reads all layers and checks every key.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        keys::read(&Layers::collect(sources)?)
    }

    /// The origins that may open sockets and send forms, when served at `local`.
    pub fn origins_at(&self, local: SocketAddr) -> Vec<Origin> {
        if self.origins.is_empty() { Origin::of_listener(local) } else { self.origins.clone() }
    }

    /// Makes the data folder if need be, and sees whether it can be written. Nothing is kept there
    /// when the database is elsewhere.
    pub fn check_data_dir(&self) -> Result<(), ConfigError> {
        if self.database_url.is_some() {
            return Ok(());
        }
        let probe = self.data_dir.join(".maru-probe");
        // Password hashes and all that was said are nobody else's business.
        let written = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.data_dir)
            .and_then(|()| std::fs::write(&probe, b""))
            .and_then(|()| std::fs::remove_file(&probe));
        written.map_err(|error| ConfigError::BadValue {
            key: "data_dir".into(),
            value: self.data_dir.display().to_string(),
            origin: "the configuration".into(),
            mend: format!(
                "cannot be written ({error}); give this user the right to write there, or choose \
                 another folder with MARU_DATA_DIR"
            ),
        })
    }
}

/// A mail server that takes longer to answer is given up, for then.
const MAIL_ANSWER_MAX: Duration = Duration::from_secs(15);
/// Each takes memory, and no more people than this hash at once by default.
const PASSWORD_THREADS_MAX: usize = 4;

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            data_dir: "data".into(),
            database_url: None,
            origins: Vec::new(),
            proxies: Vec::new(),
            forwarded_header: ForwardedHeader::XForwardedFor,
            metrics_listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            site_dir: site_dir(),
            log: "info".into(),
            log_format: LogFormat::Text,
            name: "Maru".into(),
            channels: default_channels(),
            offline_leave: Duration::from_mins(30),
            host_absence: Duration::from_hours(24),
            hello_within: Duration::from_secs(limits::HELLO_SECS),
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            drain_max: Duration::from_secs(30),
            redis_url: None,
            node_name: None,
            drain_spread: Duration::from_secs(10),
            password_threads: password_threads(),
            disk_free_mib: 200,
            mail: None,
            one_login_per_user: false,
            match_guests: false,
            match_times: MatchTimes::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sends_per_sec: limits::SENDS_PER_SEC,
            sends_burst: limits::SENDS_BURST,
            frames_per_sec: limits::FRAMES_PER_SEC,
            frames_burst: limits::FRAMES_BURST,
            sockets_per_user: limits::SOCKETS_PER_USER,
            sockets_per_address: limits::SOCKETS_PER_ADDRESS,
            connections_max: 0,
            logins_per_min: 5,
            sign_ups_per_hour: 20,
            guests_per_hour: 60,
            write_requests_per_day: 10,
            requests_per_sec: 20,
            room_passwords_per_min: 5,
            rooms_per_hour: 20,
            resets_per_hour: 3,
            pictures_per_hour: 10,
        }
    }
}

fn default_channels() -> Vec<Channel> {
    let topics = [
        ("plaza", "Where everyone meets. Say hello, stay for tea."),
        ("music", "What you listen to"),
        ("film", "What you watched"),
        ("late-night", "For those who cannot sleep"),
    ];
    let channel = |(name, topic): (&str, &str)| Channel {
        name: name.into(),
        topic: topic.into(),
        capacity: channel_people(),
    };
    topics.map(channel).into()
}

/// Half of the cores, so that the others go on with the talk while people sign in in crowds.
fn password_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    (cores / 2).clamp(1, PASSWORD_THREADS_MAX)
}

/// Where cargo-leptos says, else `site` beside the program, else where `make` builds it.
fn site_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("LEPTOS_SITE_ROOT") {
        return dir.into();
    }
    let beside = std::env::current_exe().ok().and_then(|it| Some(it.parent()?.join("site")));
    beside.filter(|it| it.is_dir()).unwrap_or_else(|| Path::new("target").join("site"))
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}
