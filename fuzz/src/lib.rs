//! What must hold for whatever strangers send: one check for each kind of input.
//!
//! Each takes any bytes, never fails on those that mean nothing, and panics where a promise is
//! broken. `fuzz_targets/` runs them under libFuzzer; `server/tests/strangers.rs` compiles this
//! very file and runs them in every `make test`.

use app::{
    client::pace::Pace,
    protocol::{
        ids::{Millis, SEQ_MAX, Seq},
        limits::{
            CATCH_UP_ENTRIES_MAX, HELLO_ROOMS_MAX, NAME_CHARS_MAX, NAME_CHARS_MIN, PAGE_ENTRIES,
            TEXT_CHARS_MAX, VERSION,
        },
        message::MessageText,
        packets::ClientPacket,
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use server::{
    config::{Config, ConfigError, ForwardedHeader, Network, Origin, Sources},
    pure::{Flash, Name, Token, agent_of, client, hex, preferences_of, read, start_for, unhex},
};
use std::{net::IpAddr, time::Duration};

/// What panics where a promise is broken.
pub type Check = fn(&[u8]);

/// Every check, by the name of its target and of its folder in `corpus/`.
pub const CHECKS: [(&str, Check); 6] = [
    ("client_frame", client_frame),
    ("hello", hello),
    ("cookie", cookie),
    ("forwarded", forwarded),
    ("config", config),
    ("name", name),
];

/// A secret that must never be seen.
const SECRET: &str = "open-sesame-7291";
/// What separates the parts of an input that has several.
const NEXT_PART: &str = "\n---\n";

/// A frame is a packet at most once: before the greeting or after it. It says the same when it is
/// written again, and its text is fit to be stored or refused.
pub fn client_frame(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let [before, after] = [false, true].map(|greeted| read(text, greeted));
    assert!(before.is_err() || after.is_err(), "a packet that is always in turn");
    for (greeted, packet) in [(false, before), (true, after)] {
        let Ok(packet) = packet else { continue };
        assert_eq!(greeted, !matches!(packet, ClientPacket::Hello(_)));
        let again = serde_json::to_string(&packet).expect("a packet can be written");
        assert_eq!(read(&again, greeted).as_ref(), Ok(&packet), "{again}");
        if let ClientPacket::Say(say) = packet {
            message_text(say.text);
        }
    }
}

fn message_text(typed: String) {
    let Ok(text) = MessageText::try_from(typed) else { return };
    let chars = text.as_str().chars().count();
    assert!((1..=TEXT_CHARS_MAX).contains(&chars) && !text.as_str().contains('\0'));
    assert_eq!(MessageText::try_from(text.as_str().to_owned()), Ok(text));
}

/// A `hello` that is taken is of our version and names few rooms; each goes on where the client
/// is, or a page before the newest, and never far behind. Numbers come from the frame, or are the
/// bytes themselves.
pub fn hello(input: &[u8]) {
    if let Some((head, rest)) = input.split_first_chunk::<8>() {
        let have = rest.first_chunk::<8>().copied().unwrap_or_default();
        let [head, have] = [head, &have].map(|it| Seq::ZERO.plus(u64::from_le_bytes(*it)));
        resume(head, have);
        // Near the newest is where it is decided.
        resume(head, head.minus(have.get() % 2_048));
    }
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(ClientPacket::Hello(hello)) = read(text, false) else { return };
    assert_eq!(hello.version, VERSION);
    assert!(hello.rooms.len() <= HELLO_ROOMS_MAX);
    for it in hello.rooms {
        for ahead in [0, 1, PAGE_ENTRIES as u64, CATCH_UP_ENTRIES_MAX + 1, SEQ_MAX] {
            resume(it.have.plus(ahead), it.have);
            resume(it.have.minus(ahead), it.have);
        }
    }
}

fn resume(head: Seq, have: Seq) {
    for same_epoch in [false, true] {
        let start = start_for(head, have, same_epoch);
        assert!(start <= head, "{start} is ahead of {head}");
        assert!(head.since(start) <= CATCH_UP_ENTRIES_MAX.max(PAGE_ENTRIES as u64));
        let goes_on = start == have && same_epoch;
        assert!(goes_on || start == head.minus(PAGE_ENTRIES as u64), "{head} {have} {start}");
    }
}

/// A header of cookies, line by line: a token is read back as it was given, preferences are among
/// those that there are, and what a form left is read back as it was written.
pub fn cookie(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in input.split(|it| *it == b'\n') {
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        for name in [header::COOKIE, header::USER_AGENT, header::ACCEPT_LANGUAGE] {
            headers.append(name, value.clone());
        }
    }
    for secure in [false, true] {
        let Some(token) = Token::of_request(&headers, secure) else { continue };
        let again = back(&token.set_cookie(secure));
        let same = Token::of_request(&again, secure).map(|it| it.hash());
        assert_eq!(same, Some(token.hash()));
        assert!(Token::of_request(&again, !secure).is_none(), "TLS or not is no difference");
    }
    let zone = preferences_of(&headers).zone_min;
    assert!((-14 * 60..=14 * 60).contains(&zone), "no clock shows {zone}");
    assert!(agent_of(&headers).len() < 64);
    let flash = Flash::of_request(&headers);
    assert_eq!(Flash::of_request(&back(&flash.set(false))), flash);
    assert_eq!(unhex(&hex(input)).as_deref(), Some(input));
    if let Some((text, bytes)) = str::from_utf8(input).ok().and_then(|it| Some((it, unhex(it)?))) {
        assert_eq!(hex(&bytes), text);
    }
}

/// The request of a browser that was given this cookie.
fn back(set_cookie: &str) -> HeaderMap {
    let pair = set_cookie.split(';').next().unwrap_or_default();
    let value = HeaderValue::from_str(pair).expect("a cookie is a header's value");
    HeaderMap::from_iter([(header::COOKIE, value)])
}

/// Lines of a header that tells who asks, all of them the client's own doing: a stranger is who
/// connects, and before a proxy's own word they change nothing.
pub fn forwarded(input: &[u8]) {
    let ours: Network = "10.0.0.0/8".parse().expect("a network");
    let [proxy, stranger, real] =
        [[10, 0, 0, 1], [198, 51, 100, 7], [203, 0, 113, 9]].map(IpAddr::from);
    let x = HeaderName::from_static("x-forwarded-for");
    let (plain, standard) = (ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded);
    let kinds = [(x, plain, ""), (header::FORWARDED, standard, "proto=https;for=")];
    for (name, kind, before) in kinds {
        let lines: Option<Vec<_>> =
            input.split(|it| *it == b'\n').map(|it| HeaderValue::from_bytes(it).ok()).collect();
        let Some(lines) = lines else { return };
        let asks = |peer: IpAddr, lines: &[HeaderValue], kind: ForwardedHeader| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(name.clone(), line.clone());
            }
            client(peer, &headers, kind, &[ours])
        };
        assert_eq!(asks(stranger, &lines, kind), stranger);
        assert_eq!(asks(proxy, &lines, ForwardedHeader::Off), proxy);
        asks(proxy, &lines, kind);
        let word = format!("{before}{real}");
        let mut own_line = lines.clone();
        own_line.extend(HeaderValue::from_str(&word));
        assert_eq!(asks(proxy, &own_line, kind), real, "a line before");
        let mut same_line = lines;
        let Some(last) = same_line.pop() else { return };
        let joined = [last.as_bytes(), b", ", word.as_bytes()].concat();
        same_line.extend(HeaderValue::from_bytes(&joined));
        // What is no text is not read at all, and nobody is believed.
        let expected = if last.to_str().is_ok() { real } else { proxy };
        assert_eq!(asks(proxy, &same_line, kind), expected, "a word before");
    }
}

/// A file, and lines of variables and flags: a configuration that can be served with, or one line
/// that names the key and shows no secret.
pub fn config(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let sources = sources(folder.path(), text);
    match Config::load(&sources) {
        Ok(config) => can_be_served(&config),
        Err(error) => tells(&error, folder.path()),
    }
}

/// The sources of an input: what stands before the mark is the file. `MARU_*` are variables, other
/// lines flags; whatever is a secret is made to be [`SECRET`].
fn sources(folder: &std::path::Path, text: &str) -> Sources {
    let (file, lines) = text.split_once(NEXT_PART).unwrap_or(("", text));
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let secret = put("secret", &format!("postgres://maru:{SECRET}@db/maru")).display().to_string();
    let mut sources = Sources::default();
    if !file.is_empty() {
        sources.file = Some(put("maru.toml", &with_secret(file)));
    }
    for (name, value) in lines.lines().filter_map(|it| it.split_once('=')) {
        let value = match name {
            _ if name.ends_with("_FILE") => secret.clone(),
            "MARU_DATABASE_URL" | "MARU_REDIS_URL" => {
                value.replace(":hunter2@", &format!(":{SECRET}@"))
            }
            _ => value.to_owned(),
        };
        let pairs = if name.starts_with("MARU_") { &mut sources.env } else { &mut sources.flags };
        pairs.push((name.to_owned(), value));
    }
    sources
}

/// The file with the [`SECRET`] where it has the usual password of examples in a secret's line.
fn with_secret(file: &str) -> String {
    let spans_lines = file.contains("\"\"\"") || file.contains("'''");
    let is_secret = |it: &str| it.starts_with("database_url") || it.starts_with("redis_url");
    let line = |it: &str| {
        if is_secret(it) && !spans_lines {
            it.replace(":hunter2@", &format!(":{SECRET}@"))
        } else {
            it.to_owned()
        }
    };
    file.split_inclusive('\n').map(line).collect()
}

fn tells(error: &ConfigError, folder: &std::path::Path) {
    let text = error.to_string();
    assert!(text.chars().all(|it| !it.is_control()), "not one line: {text:?}");
    assert!(!text.contains(SECRET), "a secret is shown: {text:?}");
    match error {
        ConfigError::UnknownKey { key, mend, .. } => {
            assert!(text.contains(&format!("{key:?}")) && !mend.is_empty(), "{text}");
        }
        ConfigError::BadValue { key, mend, .. } => {
            assert!(text.contains(key) && !mend.is_empty(), "{text}");
            let page = include_str!("../../docs/configuration.md");
            assert!(page.contains(&format!("`{key}`")), "{key} is not described");
        }
        ConfigError::Unreadable { path, why } => {
            assert!(path.starts_with(folder) && !why.is_empty(), "{text}");
        }
    }
}

fn can_be_served(config: &Config) {
    assert!(!format!("{config:#?}").contains(SECRET), "a secret is shown");
    for wait in [
        config.offline_leave,
        config.hello_within,
        config.header_timeout,
        config.request_timeout,
        config.drain_max,
    ] {
        assert!(wait > Duration::ZERO);
        assert!(std::time::Instant::now().checked_add(wait).is_some(), "{wait:?} never comes");
    }
    let limits = &config.limits;
    assert!(Pace::new(limits.sends_per_sec, limits.sends_burst, Millis(0)).take(Millis(0)).is_ok());
    assert!(limits.sockets_per_user > 0 && limits.sockets_per_address > 0);
    assert!(!config.channels.is_empty() && config.channels.iter().all(|it| it.capacity > 0));
    for it in config.origins_at(config.listen) {
        assert_eq!(it.as_str().parse::<Origin>().as_ref(), Ok(&it));
    }
    for it in &config.proxies {
        assert_eq!(it.to_string().parse::<Network>(), Ok(*it));
    }
}

/// A name is what it is when it is read again, and has one key however it is written.
pub fn name(input: &[u8]) {
    let Ok(typed) = str::from_utf8(input) else { return };
    let Ok(name) = Name::parse(typed) else { return };
    let chars = name.shown().chars().count();
    assert!((NAME_CHARS_MIN..=NAME_CHARS_MAX).contains(&chars));
    assert!(!name.key().is_empty());
    assert!(!name.shown().chars().chain(name.key().chars()).any(char::is_control));
    assert_eq!(Name::parse(name.shown()).as_ref(), Ok(&name), "read again");
    let again = |written: &str| {
        if let Ok(other) = Name::parse(written) {
            assert_eq!(other.key(), name.key(), "{:?} and {written:?}", name.shown());
        }
    };
    again(name.key());
    // Among Latin letters a Greek one is read by its look, which is not that of its capital.
    let is_greek = |it: char| matches!(it, '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}');
    if !name.shown().chars().any(is_greek) {
        again(&name.shown().to_lowercase());
        again(&name.shown().to_uppercase());
    }
}
