//! `docs/PROTOCOL.md` names every packet, refusal, close code and limit, as the types have them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use app::protocol::{close::Close, ids::Millis, limits, refusal::Refusal};
use std::{collections::BTreeSet, fs, path::Path};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/PROTOCOL.md");
    fs::read_to_string(path).unwrap()
}

/// The first column of the rows of a section's tables.
fn first_column(page: &str, section: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).expect(section);
    let body = rest.split("\n## ").next().unwrap();
    let cells = body.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells
        .map(|it| it.trim_matches('`').to_owned())
        .filter(|it| !["packet", "reason", "code", "what"].contains(&it.as_str()))
        .collect()
}

/// The packets that have golden files, by the first part of the file's name.
fn golden(side: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let mut types = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with(side) {
            let json: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            types.insert(json["type"].as_str().unwrap().to_owned());
        }
    }
    types
}

#[test]
fn every_packet_is_on_the_page() {
    assert_eq!(first_column(&page(), "From the client"), golden("client"));
    assert_eq!(first_column(&page(), "From the server"), golden("server"));
}

/// One of each; the match makes whoever adds a refusal come here.
fn refusals() -> Vec<Refusal> {
    let (capacity, chars_min, chars_max, retry_after_ms) = (1, 2, 3, 4);
    let (until, limit) = (Some(Millis(5)), 6);
    let next = |it: Refusal| match it {
        Refusal::NoSuchRoom => Some(Refusal::NotFound),
        Refusal::NotFound => Some(Refusal::NotEntered),
        Refusal::NotEntered => Some(Refusal::Full { capacity }),
        Refusal::Full { .. } => Some(Refusal::Empty),
        Refusal::Empty => Some(Refusal::TooLong { chars_max }),
        Refusal::TooLong { .. } => Some(Refusal::TooFast { retry_after_ms }),
        Refusal::TooFast { .. } => Some(Refusal::TooManyInFlight),
        Refusal::TooManyInFlight => Some(Refusal::Busy { retry_after_ms }),
        Refusal::Busy { .. } => Some(Refusal::DiskFull),
        Refusal::DiskFull => Some(Refusal::NotAllowed),
        Refusal::NotAllowed => Some(Refusal::NotSignedIn),
        Refusal::NotSignedIn => Some(Refusal::WrongCredentials),
        Refusal::WrongCredentials => Some(Refusal::NameTaken),
        Refusal::NameTaken => Some(Refusal::NameLength { chars_min, chars_max }),
        Refusal::NameLength { .. } => Some(Refusal::NameCharacters),
        Refusal::NameCharacters => Some(Refusal::PasswordLength { chars_min, chars_max }),
        Refusal::PasswordLength { .. } => Some(Refusal::PasswordCommon),
        Refusal::PasswordCommon => Some(Refusal::ForeignOrigin),
        Refusal::ForeignOrigin => Some(Refusal::Malformed),
        Refusal::Malformed => Some(Refusal::UnknownPacket),
        Refusal::UnknownPacket => Some(Refusal::Banned { until }),
        Refusal::Banned { .. } => Some(Refusal::Muted { until }),
        Refusal::Muted { .. } => Some(Refusal::WrongPassword),
        Refusal::WrongPassword => Some(Refusal::Locked),
        Refusal::Locked => Some(Refusal::Closed),
        Refusal::Closed => Some(Refusal::SlowMode { retry_after_ms }),
        Refusal::SlowMode { .. } => Some(Refusal::SpeakersOnly),
        Refusal::SpeakersOnly => Some(Refusal::NotReachable),
        Refusal::NotReachable => Some(Refusal::NotAnswered),
        Refusal::NotAnswered => Some(Refusal::InviteOver),
        Refusal::InviteOver => Some(Refusal::TooMany { limit }),
        Refusal::TooMany { .. } => Some(Refusal::CannotToOneself),
        Refusal::CannotToOneself => Some(Refusal::AccountBanned { until }),
        Refusal::AccountBanned { .. } => Some(Refusal::TooLarge),
        Refusal::TooLarge => Some(Refusal::NotAPicture),
        Refusal::NotAPicture => Some(Refusal::LinkOver),
        Refusal::LinkOver => Some(Refusal::OutOfBounds { least: 7, most: 8 }),
        Refusal::OutOfBounds { .. } => Some(Refusal::AlreadyDecided),
        Refusal::AlreadyDecided => Some(Refusal::LastOwner),
        Refusal::LastOwner => Some(Refusal::NotInTime),
        Refusal::NotInTime => Some(Refusal::NotAnAddress),
        Refusal::NotAnAddress => Some(Refusal::NoLanguage),
        Refusal::NoLanguage => Some(Refusal::AgeMissing),
        Refusal::AgeMissing => Some(Refusal::TooYoung),
        Refusal::TooYoung => Some(Refusal::TooSoon { until: Millis(5) }),
        Refusal::TooSoon { .. } => Some(Refusal::ProposalOver),
        Refusal::ProposalOver => Some(Refusal::AlreadyAnswered),
        Refusal::AlreadyAnswered => Some(Refusal::AnswerFirst),
        Refusal::AnswerFirst => Some(Refusal::NoSkipsLeft),
        Refusal::NoSkipsLeft => Some(Refusal::QuestionOver),
        Refusal::QuestionOver => Some(Refusal::NothingToAsk),
        Refusal::NothingToAsk => Some(Refusal::NotAgreed),
        Refusal::NotAgreed => Some(Refusal::Internal),
        Refusal::Internal | Refusal::Unknown => None,
    };
    std::iter::successors(Some(Refusal::NoSuchRoom), |it| next(*it)).collect()
}

#[test]
fn every_refusal_is_on_the_page_with_its_fields() {
    let page = page();
    let mut reasons = BTreeSet::new();
    for refusal in refusals() {
        let json = serde_json::to_value(refusal).unwrap();
        let reason = json["reason"].as_str().unwrap().to_owned();
        let row = page
            .lines()
            .find(|it| it.starts_with(&format!("| `{reason}` |")))
            .unwrap_or_else(|| panic!("{reason} is not on the page"));
        for field in json.as_object().unwrap().keys().filter(|it| *it != "reason") {
            assert!(row.contains(&format!("`{field}`")), "{reason}: {field} is not on the page");
        }
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal);
        reasons.insert(reason);
    }
    assert_eq!(first_column(&page, "Refusals"), reasons);
}

#[test]
fn every_close_code_is_on_the_page() {
    let codes = first_column(&page(), "Close codes");
    assert_eq!(codes, Close::ALL.iter().map(|it| it.code().to_string()).collect());
    for close in Close::ALL {
        assert!(page().contains(&format!("| {} | {close:?} |", close.code())), "{close:?}");
        assert_eq!(Close::from_code(close.code()), Some(close));
    }
}

#[test]
fn the_limits_are_on_the_page() {
    let page = page();
    for (what, limit) in [
        ("frame", format!("{} KiB", limits::FRAME_BYTES_MAX / 1024)),
        ("text of a message", "4,000 characters".to_owned()),
        ("sends in flight", limits::SENDS_IN_FLIGHT_MAX.to_string()),
        ("sends per second", format!("{}, burst {}", limits::SENDS_PER_SEC, limits::SENDS_BURST)),
        (
            "frames per second",
            format!("{}, burst {}", limits::FRAMES_PER_SEC, limits::FRAMES_BURST),
        ),
        ("ping from the server", format!("{} s", limits::PING_SECS)),
        ("dead after", format!("{} s", limits::DEAD_AFTER_SECS)),
        ("upgrade to first `hello`", format!("{} s", limits::HELLO_SECS)),
        ("page of history", limits::PAGE_ENTRIES.to_string()),
        ("ring", format!("{} frames", limits::RING_FRAMES)),
        ("hold", limits::HOLD_ENTRIES.to_string()),
        ("catching up", "1,000 entries".to_owned()),
        ("rooms in a `hello`", limits::HELLO_ROOMS_MAX.to_string()),
        ("people in a channel", limits::CHANNEL_PEOPLE.to_string()),
        ("sockets per user", limits::SOCKETS_PER_USER.to_string()),
        ("sockets per address", limits::SOCKETS_PER_ADDRESS.to_string()),
    ] {
        assert!(page.contains(&format!("| {what} | {limit} |")), "{what} is not {limit}");
    }
    assert_eq!((limits::TEXT_CHARS_MAX, limits::CATCH_UP_ENTRIES_MAX), (4_000, 1_000));
    assert!(page.starts_with(&format!("# The protocol\n\nVersion {}.", limits::VERSION)));
}
