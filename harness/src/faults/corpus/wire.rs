//! Frames that are broken themselves.

use super::{Attack, Fate, Fates, Maker};

/// Makes the bytes of an attack, and says what should follow.
type Make = fn(&mut Maker) -> (Vec<u8>, Fates);

/// All kinds, with their names.
pub(super) const KINDS: [(&str, Make); 15] = [
    ("a text in parts", parts),
    ("a ping between parts", ping_between_parts),
    ("a text between parts", text_between_parts),
    ("a part of nothing", part_of_nothing),
    ("thousands of parts", many_parts),
    ("an unmasked frame", unmasked),
    ("a frame that is too large", too_large),
    ("a frame that says it is huge", says_huge),
    ("reserved bits", reserved_bits),
    ("a reserved kind", reserved_kind),
    ("a binary frame", binary),
    ("a long ping", long_ping),
    ("a broken goodbye", broken_close),
    ("many pings and pongs", many_pings),
    ("half a frame", half),
];

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const END: u8 = 0x80;
const FRAME_MAX: usize = app::protocol::limits::FRAME_BYTES_MAX;

/// An attack of that kind.
pub(super) fn attack(maker: &mut Maker, kind: usize, is_greeted: bool) -> Attack {
    let (name, make) = KINDS[kind];
    let (bytes, fates) = make(maker);
    Attack { name, is_greeted, bytes, fate: fates.of(is_greeted) }
}

/// Adds a frame whose first byte is given, with a mask by chance of the data.
fn add(out: &mut Vec<u8>, first: u8, data: &[u8]) {
    let mask = [7, 0, data.len().to_le_bytes()[0], 0xA5];
    add_head(out, first, data.len() as u64, true);
    out.extend(mask);
    out.extend(data.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

fn add_head(out: &mut Vec<u8>, first: u8, length: u64, is_masked: bool) {
    let mask = if is_masked { 0x80 } else { 0 };
    out.push(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if length < 126 => out.push(mask | length),
        (_, Ok(length)) => {
            out.push(mask | 0x7E);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(mask | 0x7F);
            out.extend(length.to_be_bytes());
        }
    }
}

fn packet(maker: &mut Maker) -> Vec<u8> {
    format!(r#"{{"type":"type","data":{{"room":"{}"}}}}"#, maker.cid()).into_bytes()
}

/// Adds a packet in so many parts, with something between them.
fn add_parts(out: &mut Vec<u8>, text: &[u8], count: usize, mut between: impl FnMut(&mut Vec<u8>)) {
    let size = text.len().div_ceil(count).max(1);
    let parts: Vec<&[u8]> = text.chunks(size).collect();
    for (at, part) in parts.iter().enumerate() {
        let kind = if at == 0 { TEXT } else { 0 };
        let end = if at + 1 == parts.len() { END } else { 0 };
        add(out, kind | end, part);
        if end == 0 {
            between(out);
        }
    }
}

fn parts(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (text, count) = (packet(maker), maker.between(2, 60));
    add_parts(&mut out, &text, count, |_| {});
    (out, Fates::packet())
}

fn ping_between_parts(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (text, count) = (packet(maker), maker.between(2, 20));
    add_parts(&mut out, &text, count, |out| add(out, END | PING, b"between"));
    (out, Fates::packet())
}

fn text_between_parts(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (text, other) = (packet(maker), packet(maker));
    add_parts(&mut out, &text, 2, |out| add(out, END | TEXT, &other));
    (out, Fates::both(Fate::Ends))
}

fn part_of_nothing(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (text, end) = (packet(maker), maker.pick(&[0, END]));
    add(&mut out, end, &text);
    (out, Fates::both(Fate::Ends))
}

/// Empty parts and a last one.
fn many_parts(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let count = maker.between(500, 3_000);
    add(&mut out, TEXT, b"");
    (0..count).for_each(|_| add(&mut out, 0, b""));
    let text = packet(maker);
    add(&mut out, END, &text);
    (out, Fates::packet())
}

fn unmasked(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let text = packet(maker);
    add_head(&mut out, END | TEXT, text.len() as u64, false);
    out.extend(text);
    (out, Fates::both(Fate::Ends))
}

/// In one frame or in several; the text itself is JSON.
fn too_large(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let filler = "x".repeat(FRAME_MAX + maker.between(0, 100_000));
    let text = format!(r#"{{"type":"{filler}"}}"#).into_bytes();
    let count = maker.pick(&[1, 1, 5]);
    add_parts(&mut out, &text, count, |_| {});
    (out, Fates::both(Fate::Closes(4503)))
}

fn says_huge(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let length = maker.pick(&[1 << 20, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, u64::MAX]);
    add_head(&mut out, END | TEXT, length, true);
    out.extend([0; 4]);
    let some = maker.between(0, 200);
    out.extend(maker.bytes(some));
    (out, Fates::both(Fate::Ends))
}

fn reserved_bits(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (bits, text) = (maker.pick(&[0x40, 0x20, 0x10, 0x70]), packet(maker));
    add(&mut out, END | bits | TEXT, &text);
    (out, Fates::both(Fate::Ends))
}

fn reserved_kind(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let (kind, text) = (maker.pick(&[3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), packet(maker));
    add(&mut out, END | kind, &text);
    (out, Fates::both(Fate::Ends))
}

fn binary(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let count = maker.between(0, 500);
    let data = maker.bytes(count);
    add(&mut out, END | BINARY, &data);
    (out, Fates::both(Fate::Closes(4504)))
}

/// Control frames have at most 125 bytes, and no parts.
fn long_ping(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    if maker.chance.percent(50) {
        let count = maker.between(126, 1_000);
        let data = maker.bytes(count);
        add(&mut out, END | maker.pick(&[PING, PONG, CLOSE]), &data);
    } else {
        add(&mut out, maker.pick(&[PING, PONG, CLOSE]), b"");
    }
    (out, Fates::both(Fate::Ends))
}

/// A code that must not be sent, half a code, or a reason that is no text.
fn broken_close(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let code = maker.pick(&[0_u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX]);
    let mut data = code.to_be_bytes().to_vec();
    match maker.chance.below(3) {
        0 => data.truncate(1),
        1 => {}
        _ => data.extend([0xFF, 0xC0, maker.bytes(1)[0]]),
    }
    add(&mut out, END | CLOSE, &data);
    (out, Fates::both(Fate::Ends))
}

fn many_pings(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    for _ in 0..maker.between(2, 60) {
        let count = maker.between(0, 125);
        let data = maker.bytes(count);
        add(&mut out, END | maker.pick(&[PING, PONG]), &data);
    }
    (out, Fates::both(Fate::Stays))
}

fn half(maker: &mut Maker) -> (Vec<u8>, Fates) {
    let mut out = Vec::new();
    let text = packet(maker);
    add(&mut out, END | TEXT, &text);
    let end = maker.between(1, out.len() - 1);
    out.truncate(end);
    (out, Fates::both(Fate::Waits))
}
