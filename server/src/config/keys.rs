//! Every key: its name, what it takes, and what to write instead of a bad value.

pub(super) use super::layers::Layers;
use super::{
    Channel, Config, ConfigError, Limits, MatchTimes, Origin, Secret,
    mail::{MailConfig, without_password},
};
use crate::store::{BadAddress, StoreAddress};
use serde::de::DeserializeOwned;
use std::{net::SocketAddr, str::FromStr, time::Duration};
use tracing_subscriber::EnvFilter;

/// All keys.
const KEYS: [&str; 46] = [
    "listen",
    "data_dir",
    "database_url",
    "redis_url",
    "origins",
    "proxies",
    "forwarded_header",
    "metrics_listen",
    "site_dir",
    "log",
    "log_format",
    "name",
    "channels",
    "offline_leave_secs",
    "host_absence_mins",
    "hello_secs",
    "header_timeout_secs",
    "request_timeout_secs",
    "drain_secs",
    "drain_spread_secs",
    "node_name",
    "password_threads",
    "disk_free_mib",
    "limits.sends_per_sec",
    "limits.sends_burst",
    "limits.frames_per_sec",
    "limits.frames_burst",
    "limits.sockets_per_user",
    "limits.sockets_per_address",
    "limits.connections_max",
    "limits.logins_per_min",
    "limits.sign_ups_per_hour",
    "limits.guests_per_hour",
    "limits.write_requests_per_day",
    "limits.requests_per_sec",
    "limits.room_passwords_per_min",
    "limits.rooms_per_hour",
    "limits.resets_per_hour",
    "limits.pictures_per_hour",
    "smtp_url",
    "mail_from",
    "one_login_per_user",
    "match_guests",
    "match_answer_secs",
    "match_active_secs",
    "match_grace_secs",
];
/// Keys whose variables and flags are separated by commas.
pub(super) const LISTS: [&str; 3] = ["origins", "proxies", "channels"];
/// Keys whose values are never shown, and which may come from a file by `…_FILE`.
pub(super) const SECRETS: [&str; 3] = ["database_url", "redis_url", "smtp_url"];

/// Names that no channel can have: `/rooms/new` is the page that makes rooms, and what is announced
/// to `all` goes to every channel.
const TAKEN_NAMES: [&str; 2] = ["new", "all"];

const ADDRESS: &str = "write an address and a port, such as 127.0.0.1:3000";
const NUMBER: &str = "write a whole number from 0 to 4294967295";
const POSITIVE: &str = "write a whole number from 1 on";
const TEXT: &str = "write a text";
/// The longest time that may be set; tokio's queue of clocks refuses a little more.
const SECS_MAX: u64 = 63_072_000;

/// Complains about a key that there is not, with the name under which it was written.
pub(super) fn check_known(key: &str, written: &str, origin: &str) -> Result<(), ConfigError> {
    if KEYS.contains(&key) {
        return Ok(());
    }
    let nearest = KEYS.iter().min_by_key(|it| distance(key, it));
    let mend = match nearest.filter(|it| distance(key, it) <= 3) {
        Some(near) if written == key => format!("did you mean {near:?}? Else remove it"),
        Some(near) => {
            let name = near.to_ascii_uppercase().replace('.', "__");
            format!("did you mean MARU_{name}? Else remove it")
        }
        None => "remove it, or see docs/configuration.md".to_owned(),
    };
    Err(ConfigError::UnknownKey { origin: origin.to_owned(), key: written.to_owned(), mend })
}

/// How many letters must change to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(other.bytes()) {
            let cost = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = cost.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Makes a configuration of what was set, and of the defaults.
pub(super) fn read(layers: &Layers) -> Result<Config, ConfigError> {
    let usual = Config::default();
    Ok(Config {
        listen: parsed(layers, "listen", ADDRESS)?.unwrap_or(usual.listen),
        data_dir: get(layers, "data_dir", "write the path of a folder", usual.data_dir)?,
        database_url: database_url(layers)?,
        origins: parsed_list::<Origin>(
            layers,
            "origins",
            "write the public addresses, such as https://chat.example, separated by commas",
        )?,
        proxies: parsed_list(
            layers,
            "proxies",
            "write the addresses of reverse proxies, or their networks, such as 10.0.0.0/8, with \
             nothing behind the fixed bits",
        )?,
        forwarded_header: get(
            layers,
            "forwarded_header",
            "write x-forwarded-for, forwarded or off",
            usual.forwarded_header,
        )?,
        metrics_listen: metrics_listen(layers, usual.metrics_listen)?,
        site_dir: get(layers, "site_dir", "write the path of a folder", usual.site_dir)?,
        log: log(layers)?.unwrap_or(usual.log),
        log_format: get(layers, "log_format", "write text or json", usual.log_format)?,
        name: get(layers, "name", TEXT, usual.name)?,
        channels: channels(layers)?.unwrap_or(usual.channels),
        offline_leave: secs(layers, "offline_leave_secs", usual.offline_leave)?,
        host_absence: mins(layers, "host_absence_mins", usual.host_absence)?,
        hello_within: secs(layers, "hello_secs", usual.hello_within)?,
        header_timeout: secs(layers, "header_timeout_secs", usual.header_timeout)?,
        request_timeout: secs(layers, "request_timeout_secs", usual.request_timeout)?,
        drain_max: secs(layers, "drain_secs", usual.drain_max)?,
        redis_url: redis_url(layers)?,
        node_name: parsed(
            layers,
            "node_name",
            "write a name of 1 to 64 of A-Z, a-z, 0-9, . - _, another for each node",
        )?,
        drain_spread: secs(layers, "drain_spread_secs", usual.drain_spread)?,
        password_threads: count(layers, "password_threads", usual.password_threads)?,
        disk_free_mib: get(layers, "disk_free_mib", NUMBER, usual.disk_free_mib)?,
        mail: mail(layers)?,
        one_login_per_user: flag(layers, "one_login_per_user", usual.one_login_per_user)?,
        match_guests: flag(layers, "match_guests", usual.match_guests)?,
        match_times: MatchTimes {
            answer: secs(layers, "match_answer_secs", usual.match_times.answer)?,
            active: secs(layers, "match_active_secs", usual.match_times.active)?,
            grace: secs(layers, "match_grace_secs", usual.match_times.grace)?,
        },
        limits: read_limits(layers, &usual.limits)?,
    })
}

fn read_limits(layers: &Layers, usual: &Limits) -> Result<Limits, ConfigError> {
    let rate = |key: &str, usual: u32| get(layers, key, NUMBER, usual);
    Ok(Limits {
        sends_per_sec: count(layers, "limits.sends_per_sec", usual.sends_per_sec)?,
        sends_burst: count(layers, "limits.sends_burst", usual.sends_burst)?,
        frames_per_sec: count(layers, "limits.frames_per_sec", usual.frames_per_sec)?,
        frames_burst: count(layers, "limits.frames_burst", usual.frames_burst)?,
        sockets_per_user: count(layers, "limits.sockets_per_user", usual.sockets_per_user)?,
        sockets_per_address: count(
            layers,
            "limits.sockets_per_address",
            usual.sockets_per_address,
        )?,
        connections_max: get(layers, "limits.connections_max", NUMBER, usual.connections_max)?,
        logins_per_min: rate("limits.logins_per_min", usual.logins_per_min)?,
        sign_ups_per_hour: rate("limits.sign_ups_per_hour", usual.sign_ups_per_hour)?,
        guests_per_hour: rate("limits.guests_per_hour", usual.guests_per_hour)?,
        write_requests_per_day: rate(
            "limits.write_requests_per_day",
            usual.write_requests_per_day,
        )?,
        requests_per_sec: rate("limits.requests_per_sec", usual.requests_per_sec)?,
        room_passwords_per_min: rate(
            "limits.room_passwords_per_min",
            usual.room_passwords_per_min,
        )?,
        rooms_per_hour: rate("limits.rooms_per_hour", usual.rooms_per_hour)?,
        resets_per_hour: rate("limits.resets_per_hour", usual.resets_per_hour)?,
        pictures_per_hour: rate("limits.pictures_per_hour", usual.pictures_per_hour)?,
    })
}

fn get<T: DeserializeOwned>(
    layers: &Layers,
    key: &str,
    mend: &str,
    usual: T,
) -> Result<T, ConfigError> {
    Ok(layers.get(key, mend)?.unwrap_or(usual))
}

fn parsed<T: FromStr>(layers: &Layers, key: &str, mend: &str) -> Result<Option<T>, ConfigError> {
    let text: Option<String> = layers.get(key, mend)?;
    text.map(|it| it.trim().parse().map_err(|_| layers.bad(key, mend))).transpose()
}

fn parsed_list<T: FromStr>(layers: &Layers, key: &str, mend: &str) -> Result<Vec<T>, ConfigError> {
    let texts: Vec<String> = layers.get(key, mend)?.unwrap_or_default();
    texts.iter().map(|it| it.parse().map_err(|_| layers.bad(key, mend))).collect()
}

/// A number from 1 on.
fn count<T>(layers: &Layers, key: &str, usual: T) -> Result<T, ConfigError>
where
    T: DeserializeOwned + Default + PartialEq,
{
    let number = get(layers, key, POSITIVE, usual)?;
    if number == T::default() { Err(layers.bad(key, POSITIVE)) } else { Ok(number) }
}

fn secs(layers: &Layers, key: &str, usual: Duration) -> Result<Duration, ConfigError> {
    let mend = "write a number of seconds from 1 to 63072000, which is two years";
    let Some(secs) = layers.get::<u64>(key, mend)? else { return Ok(usual) };
    // Clocks end somewhere: what lies further off cannot be waited for.
    if (1..=SECS_MAX).contains(&secs) {
        Ok(Duration::from_secs(secs))
    } else {
        Err(layers.bad(key, mend))
    }
}

fn mins(layers: &Layers, key: &str, usual: Duration) -> Result<Duration, ConfigError> {
    let mend = "write a number of minutes from 1 to 1051200, which is two years";
    let Some(mins) = layers.get::<u64>(key, mend)? else { return Ok(usual) };
    if (1..=SECS_MAX / 60).contains(&mins) {
        Ok(Duration::from_mins(mins))
    } else {
        Err(layers.bad(key, mend))
    }
}

fn flag(layers: &Layers, key: &str, usual: bool) -> Result<bool, ConfigError> {
    get(layers, key, "write true or false", usual)
}

/// Where mail goes out, and from whom; none without a server for it.
fn mail(layers: &Layers) -> Result<Option<MailConfig>, ConfigError> {
    let mend = "write smtps://USER:PASSWORD@HOST, or smtp://HOST:25 for a server nearby; letters \
                such as @ in user or password as %40";
    let url: Option<String> = layers.get("smtp_url", mend)?;
    let Some(url) = url.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let from = "write who mails come from, such as Maru <maru@chat.example>";
    let Some(sender) = parsed(layers, "mail_from", from)? else {
        return Err(layers.bad("mail_from", from));
    };
    match MailConfig::new(&url, sender) {
        Some(mail) => Ok(Some(mail)),
        None => Err(layers.bad_url("smtp_url", &without_password(&url), mend)),
    }
}

fn redis_url(layers: &Layers) -> Result<Option<Secret>, ConfigError> {
    let url: Option<String> = layers.get("redis_url", TEXT)?;
    let Some(url) = url.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let is_address = redis::parse_redis_url(&url).is_some();
    let mend = "write an address such as redis://:PASSWORD@HOST:6379, or remove it";
    if is_address { Ok(Some(Secret::new(url))) } else { Err(layers.bad("redis_url", mend)) }
}

/// An empty address is none, as files of variables have it.
fn database_url(layers: &Layers) -> Result<Option<StoreAddress>, ConfigError> {
    let mend = "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, or sqlite:PATH";
    let text = layers.get::<String>("database_url", mend)?.filter(|it| !it.trim().is_empty());
    // What is wrong with it is told, and never its value.
    let wrong = |error: BadAddress| layers.bad("database_url", &error.to_string());
    text.map(|it| it.parse().map_err(wrong)).transpose()
}

fn metrics_listen(
    layers: &Layers,
    usual: Option<SocketAddr>,
) -> Result<Option<SocketAddr>, ConfigError> {
    let mend = "write an address and a port, such as 127.0.0.1:9464, or off";
    if layers.get::<String>("metrics_listen", mend)?.as_deref() == Some("off") {
        return Ok(None);
    }
    Ok(parsed(layers, "metrics_listen", mend)?.or(usual))
}

fn log(layers: &Layers) -> Result<Option<String>, ConfigError> {
    let mend = "write what to log, such as info or info,server=debug";
    let Some(filter) = layers.get::<String>("log", mend)? else { return Ok(None) };
    EnvFilter::try_new(&filter).map_err(|_| layers.bad("log", mend))?;
    Ok(Some(filter))
}

/// Channels of the file are tables; those of a variable are names only.
fn channels(layers: &Layers) -> Result<Option<Vec<Channel>>, ConfigError> {
    let mend = "write [[channels]] tables with name, topic and capacity, or names in \
                MARU_CHANNELS; a name is 1 to 40 of a-z, 0-9, - and letters of other scripts";
    let texts = layers.get::<Vec<String>>("channels", mend).ok().flatten();
    let channels = match texts {
        Some(names) => Some(names.into_iter().map(Channel::named).collect()),
        None => layers.get::<Vec<Channel>>("channels", mend)?,
    };
    let fit = |it: &Channel| {
        let fit = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
        (1..=40).contains(&it.name.chars().count()) && it.name.chars().all(fit) && it.capacity > 0
    };
    if channels.as_ref().is_some_and(|it| it.is_empty() || !it.iter().all(fit)) {
        return Err(layers.bad("channels", mend));
    }
    let is_taken = |it: &&Channel| TAKEN_NAMES.contains(&it.name.as_str());
    if let Some(taken) = channels.iter().flatten().find(is_taken) {
        let mend =
            format!("{:?} is the name of something else; give the channel another", taken.name);
        return Err(layers.bad("channels", &mend));
    }
    Ok(channels)
}

impl Channel {
    fn named(name: String) -> Self {
        Self { name, topic: String::new(), capacity: super::channel_people() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        let page = include_str!("../../../docs/configuration.md");
        for key in KEYS {
            assert!(
                page.contains(&format!("| `{key}` |")),
                "{key} is not in docs/configuration.md"
            );
        }
        let rows = page.lines().filter(|it| it.starts_with("| `")).count();
        assert_eq!(rows, KEYS.len(), "docs/configuration.md has keys that there are not");
    }

    #[test]
    fn no_channel_takes_the_address_of_a_page() {
        for route in crate::http::all_routes() {
            let name =
                route.path.strip_prefix("/rooms/").or(route.path.strip_prefix("/api/v1/rooms/"));
            let name = name.and_then(|it| it.split('/').next()).unwrap_or("{");
            assert!(name.starts_with('{') || TAKEN_NAMES.contains(&name), "{}", route.path);
        }
    }

    #[test]
    fn the_distance_of_words_is_how_many_letters_change() {
        let table =
            [("listen", "listen", 0), ("listne", "listen", 2), ("", "abc", 3), ("abc", "ab", 1)];
        for (one, other, expected) in table {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
