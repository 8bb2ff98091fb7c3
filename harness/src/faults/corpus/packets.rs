//! Well-framed text that is no packet, or one that no client of ours would send.

use super::{Attack, Fate, Fates, Maker};
use crate::frames;
use app::protocol::limits::{HELLO_ROOMS_MAX, TEXT_CHARS_MAX, VERSION};
use serde_json::{Value, json};

/// Makes the texts of an attack, and says what should follow.
type Make = fn(&mut Maker) -> (Vec<Vec<u8>>, Fates);

const MALFORMED: Fates = Fates::both(Fate::Closes(4502));

/// All kinds, with their names.
pub(super) const KINDS: [(&str, Make); 16] = [
    ("truncated JSON", truncated),
    ("JSON with noise", noisy),
    ("random bytes as text", random_bytes),
    ("bad UTF-8", bad_utf8),
    ("a wrong shape", wrong_shape),
    ("another JSON value", other_value),
    ("a number out of bounds", number),
    ("a good number at the bounds", good_number),
    ("deep nesting", nesting),
    ("a key twice", twice),
    ("a bad id", bad_id),
    ("an unknown packet", unknown),
    ("text to a stranger's room", text),
    ("many moves", moves),
    ("a second hello", second_hello),
    ("a bad hello", bad_hello),
];

/// An attack of that kind.
pub(super) fn attack(maker: &mut Maker, kind: usize, is_greeted: bool) -> Attack {
    let (name, make) = KINDS[kind];
    let (texts, fates) = make(maker);
    let mut bytes = Vec::new();
    for text in &texts {
        frames::write_text(&mut bytes, text);
    }
    Attack { name, is_greeted, bytes, fate: fates.of(is_greeted) }
}

fn one(value: &Value, fates: Fates) -> (Vec<Vec<u8>>, Fates) {
    (vec![value.to_string().into_bytes()], fates)
}

fn hello() -> Value {
    json!({ "type": "hello", "data": { "version": VERSION, "rooms": [], "attending": true } })
}

/// A packet that a client might send.
fn good(maker: &mut Maker) -> Value {
    let (room, cid) = (maker.room, maker.cid());
    let all = [
        json!({ "type": "seek", "data": { "room": room, "after": 0 } }),
        json!({ "type": "say", "data": { "cid": cid, "room": room, "text": "안녕, hello" } }),
        json!({ "type": "enter", "data": { "cid": cid, "room": room, "have": 0 } }),
        json!({ "type": "leave", "data": { "cid": cid, "room": room } }),
        json!({ "type": "type", "data": { "room": room } }),
        json!({ "type": "attend", "data": { "attending": true } }),
    ];
    all[maker.chance.below(all.len())].clone()
}

fn truncated(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let mut text = good(maker).to_string().into_bytes();
    let end = maker.chance.below(text.len());
    text.truncate(end);
    (vec![text], MALFORMED)
}

fn noisy(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let mut text = good(maker).to_string().into_bytes();
    for _ in 0..maker.between(1, 8) {
        let at = maker.chance.below(text.len());
        let byte = maker.between(0x20, 0x7E).to_le_bytes()[0];
        match maker.chance.below(3) {
            0 => text[at] = byte,
            1 => text.insert(at, byte),
            _ => _ = text.remove(at),
        }
    }
    (vec![text], Fates::both(Fate::Either))
}

fn random_bytes(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let count = maker.between(0, 300);
    let mut bytes = maker.bytes(count);
    // No JSON begins with it.
    bytes.insert(0, b'x');
    (vec![bytes], MALFORMED)
}

fn bad_utf8(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    const BAD: [&[u8]; 8] = [
        &[0xFF],
        &[0xC0, 0x80],
        &[0xED, 0xA0, 0x80],
        &[0xE3, 0x81],
        &[0xF8, 0x88, 0x80, 0x80, 0x80],
        &[0xF4, 0x90, 0x80, 0x80],
        &[0x80],
        &[0xC2],
    ];
    let mut text = good(maker).to_string().into_bytes();
    let (at, bad) = (maker.chance.below(text.len()), maker.pick(&BAD));
    text.splice(at..at, bad.iter().copied());
    (vec![text], MALFORMED)
}

fn wrong_shape(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let types = ["say", "enter", "leave", "seek", "type", "attend"];
    let name = maker.pick(&types);
    let data = [
        json!(null),
        json!(1),
        json!("text"),
        json!([]),
        json!({}),
        json!({ "$ne": null }),
        json!([{ "room": maker.room }]),
        json!({ "room": { "$gt": "" }, "cid": [], "text": {}, "after": "1", "attending": 1 }),
    ];
    let data = data[maker.chance.below(data.len())].clone();
    let mut packet = json!({ "type": name, "data": data });
    if maker.chance.percent(20) {
        packet = json!({ "type": name });
    }
    one(&packet, MALFORMED)
}

fn other_value(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let all: [&[u8]; 12] = [
        b"null",
        b"true",
        b"0",
        b"\"say\"",
        b"[]",
        b"{}",
        b"[\"say\"]",
        b"{\"type\":[]}",
        b"{\"type\":null,\"data\":null}",
        b"NaN",
        b"",
        b"\xEF\xBB\xBF{}",
    ];
    let mut text = maker.pick(&all).to_vec();
    let spaces = maker.chance.below(50);
    text.extend(std::iter::repeat_n(b' ', spaces));
    (vec![text], MALFORMED)
}

fn number(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    const BAD: [&str; 14] = [
        "9007199254740992",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "-9223372036854775809",
        "1e308",
        "1e999",
        "0.5",
        "1e1",
        "\"1\"",
        "00",
    ];
    let (room, bad, cid) = (maker.room, maker.pick(&BAD), maker.cid());
    let text = if maker.chance.percent(50) {
        format!(r#"{{"type":"seek","data":{{"room":"{room}","after":{bad}}}}}"#)
    } else {
        format!(r#"{{"type":"enter","data":{{"cid":"{cid}","room":"{room}","have":{bad}}}}}"#)
    };
    (vec![text.into_bytes()], MALFORMED)
}

fn good_number(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let after = maker.pick(&[0_u64, 1, (1 << 53) - 1, (1 << 53) - 2, 1 << 32, u64::from(u32::MAX)]);
    one(&json!({ "type": "seek", "data": { "room": maker.room, "after": after } }), Fates::packet())
}

fn nesting(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    const LATER: &str = r#"{"type":"later","data":"#;
    let depth = maker.between(200, 6_000);
    let (open, inner, close) = maker.pick(&[("[", "", "]"), ("{\"data\":", "1", "}")]);
    let begin = maker.pick(&["", r#"{"type":"say","data":"#, LATER]);
    let mut text = format!("{begin}{}{inner}", open.repeat(depth));
    let is_whole = maker.chance.percent(50);
    if is_whole {
        text.push_str(&close.repeat(depth));
        text.push_str(if begin.is_empty() { "" } else { "}" });
    }
    // What belongs to a packet of a later version is passed over, however deep it is.
    let fates = if is_whole && begin == LATER { Fates::packet() } else { MALFORMED };
    (vec![text.into_bytes()], fates)
}

fn twice(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let (room, cid) = (maker.room, maker.cid());
    let all = [
        format!(r#"{{"type":"type","type":"attend","data":{{"room":"{room}"}}}}"#),
        format!(r#"{{"type":"seek","data":{{"room":"{room}","room":"{cid}","after":0}}}}"#),
        format!(r#"{{"type":"seek","data":{{"room":"{room}","after":0,"after":1}}}}"#),
        format!(r#"{{"type":"type","data":{{"room":"{room}"}},"data":{{"room":"{room}"}}}}"#),
    ];
    (vec![all[maker.chance.below(all.len())].clone().into_bytes()], MALFORMED)
}

fn bad_id(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    const BAD: [&str; 9] = [
        "",
        "x",
        "00000000-0000-0000-0000-00000000000",
        "00000000-0000-0000-0000-0000000000000",
        "00000000-0000-0000-0000-00000000000g",
        "00000000_0000_0000_0000_000000000000",
        "../../etc/passwd",
        "\u{0}",
        "' or 1 = 1 --",
    ];
    let id = format!("{}{}", maker.pick(&BAD), "-".repeat(maker.chance.below(40)));
    one(&json!({ "type": "type", "data": { "room": id } }), MALFORMED)
}

fn unknown(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let name = "z".repeat(maker.between(1, 2_000));
    let data = json!({ "any": [1, { "thing": null }], "n": maker.chance.next() >> 12 });
    one(&json!({ "type": name, "data": data }), Fates::packet())
}

fn text(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let (room, cid) = (maker.room, maker.cid());
    let long = "가".repeat(TEXT_CHARS_MAX + maker.chance.below(3));
    let spaces = " \n\t".repeat(maker.between(1, 100));
    let all = [
        String::new(),
        spaces,
        long,
        "\0".repeat(5),
        "\u{202E}\u{200B}\u{FEFF}x".to_owned(),
        "<script>alert(1)</script>'\"; drop table entry; --".to_owned(),
        "x".repeat(maker.between(5_000, 20_000)),
        "\u{1F468}\u{200D}\u{1F469}".repeat(500),
    ];
    let text = &all[maker.chance.below(all.len())];
    one(
        &json!({ "type": "say", "data": { "cid": cid, "room": room, "text": text } }),
        Fates::packet(),
    )
}

/// Coming and going as fast as it can, in a room that exists or one that does not.
fn moves(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let mut texts = Vec::new();
    for _ in 0..maker.between(2, 15) {
        let room = if maker.chance.percent(50) { maker.room.0 } else { maker.cid() };
        let name = maker.pick(&["enter", "leave"]);
        let data = json!({ "cid": maker.cid(), "room": room });
        texts.push(json!({ "type": name, "data": data }).to_string().into_bytes());
    }
    (texts, Fates::packet())
}

fn second_hello(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let times = maker.between(1, 3);
    let mut hello = hello();
    hello["data"]["attending"] = json!(maker.chance.percent(50));
    hello["data"]["more"] = json!(maker.chance.next() >> 12);
    let before = if times == 1 { Fate::Stays } else { Fate::Closes(4505) };
    let fates = Fates { before, after: Fate::Closes(4505) };
    (vec![hello.to_string().into_bytes(); times], fates)
}

/// Once greeted, those that can be read are out of turn.
fn bad_hello(maker: &mut Maker) -> (Vec<Vec<u8>>, Fates) {
    let (room, cid) = (maker.room, maker.cid());
    let mut hello = hello();
    let data = &mut hello["data"];
    let read = |before| Fates { before, after: Fate::Closes(4505) };
    let fates = match maker.chance.below(6) {
        0 => {
            data["version"] = json!(maker.pick(&[0, 2, u32::MAX]));
            read(Fate::Closes(4500))
        }
        1 => {
            data["version"] = json!(u64::from(u32::MAX) + 1);
            MALFORMED
        }
        2 => {
            data["rooms"] = json!(vec![json!({ "room": room, "have": 0 }); HELLO_ROOMS_MAX + 1]);
            read(Fate::Closes(4502))
        }
        3 => {
            data["rooms"] = json!([{ "room": room, "have": -1 }, { "room": room }]);
            MALFORMED
        }
        4 => {
            data["epoch"] = json!("not an epoch");
            MALFORMED
        }
        _ => {
            let have = (1_u64 << 53) - 1;
            data["rooms"] = json!(vec![json!({ "room": room, "have": have }); HELLO_ROOMS_MAX]);
            data["epoch"] = json!(cid);
            read(Fate::Stays)
        }
    };
    one(&hello, fates)
}
