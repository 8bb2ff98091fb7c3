//! What proxies tell of where a request came from, read from its end: the last word is that of
//! the nearest proxy, and what stands before may be anybody's.

use crate::config::ForwardedHeader;
use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An address that was named; none where it cannot be read.
type Hop = Option<IpAddr>;

/// The addresses that the header names, the nearest first.
pub(super) fn hops(headers: &HeaderMap, header: ForwardedHeader) -> impl Iterator<Item = Hop> {
    let (name, read): (_, fn(&str) -> Vec<Hop>) = match header {
        ForwardedHeader::XForwardedFor => (Some(X_FORWARDED_FOR), plain),
        ForwardedHeader::Forwarded => (Some(FORWARDED), elements),
        ForwardedHeader::Off => (None, plain),
    };
    // Lines of one header are one list, in their order.
    let lines = name.map(|it| headers.get_all(it)).into_iter().flat_map(|it| it.iter().rev());
    lines.flat_map(move |it| it.to_str().map_or_else(|_| vec![None], read))
}

/// The hops of `X-Forwarded-For`.
fn plain(line: &str) -> Vec<Hop> {
    line.rsplit(',').map(node).collect()
}

/// The hops of `Forwarded`.
fn elements(line: &str) -> Vec<Hop> {
    rsplit_unquoted(line, ',').into_iter().map(element).collect()
}

/// The address in `for=` of one element; none when there is not exactly one.
fn element(text: &str) -> Hop {
    let pairs = rsplit_unquoted(text, ';').into_iter().filter_map(|it| it.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    match (named.next(), named.next()) {
        (Some((_, value)), None) => {
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            node(quoted.unwrap_or(value))
        }
        _ => None,
    }
}

/// An address, perhaps with a port.
fn node(text: &str) -> Hop {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|it| it.ip());
    let ip = text.parse().ok().or_else(bare).or_else(with_port)?;
    Some(ip.to_canonical())
}

/// Splits at a sign that stands outside of quotes, from the end on, so that nothing on the left
/// changes how the right is read.
fn rsplit_unquoted(text: &str, at: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut end, mut quoted) = (text.len(), false);
    for (place, it) in text.char_indices().rev() {
        let before = text.get(..place).unwrap_or_default();
        if it == '"' && !is_escaped(before) {
            quoted = !quoted;
        } else if it == at && !quoted {
            parts.extend(text.get(place + it.len_utf8()..end));
            end = place;
        }
    }
    parts.extend(text.get(..end));
    parts
}

/// Whether what follows has an odd number of backslashes before it.
fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|it| *it == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: fn(&str) -> Vec<Hop>, line: &str, expected: &[&str]) {
        let told = |it: Hop| it.map_or("-".to_owned(), |it| it.to_string());
        let found: Vec<_> = read(line).into_iter().map(told).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn addresses_separated_by_commas_are_read_from_the_end() {
        let check = |line: &str, expected: &[&str]| check(plain, line, expected);
        check("1.2.3.4", &["1.2.3.4"]);
        check("1.2.3.4, 10.0.0.1", &["10.0.0.1", "1.2.3.4"]);
        check("1.2.3.4:5678,2001:db8::1", &["2001:db8::1", "1.2.3.4"]);
        check("[2001:db8::1], [2001:db8::2]:80", &["2001:db8::2", "2001:db8::1"]);
        check("::ffff:1.2.3.4", &["1.2.3.4"]);
        check("", &["-"]);
        check("unknown, 1.2.3.4,", &["-", "1.2.3.4", "-"]);
        check("1.2.3, 01.2.3.4, 1.2.3.4/8, [1.2.3.4], ::1%lo", &["-"; 5]);
    }

    #[test]
    fn elements_of_the_standard_are_read_from_the_end() {
        let check = |line: &str, expected: &[&str]| check(elements, line, expected);
        check("for=192.0.2.60;proto=http;by=203.0.113.43", &["192.0.2.60"]);
        check("for=192.0.2.43, For=\"[2001:db8::17]:4711\"", &["2001:db8::17", "192.0.2.43"]);
        check("proto=https ; for = 1.2.3.4", &["1.2.3.4"]);
        check("for=unknown, for=_hidden, for=\"_x:80\"", &["-"; 3]);
        check("proto=https", &["-"]);
        check("for=1.2.3.4;for=5.6.7.8", &["-"]);
        check("for=\"1.2.3.4", &["-"]);
        check("for=1.2.3.4\"", &["-"]);
    }

    #[test]
    fn nobody_writes_an_address_into_another_part() {
        let check = |line: &str, expected: &[&str]| check(elements, line, expected);
        check("host=\"a;for=6.6.6.6;b\";for=1.2.3.4", &["1.2.3.4"]);
        check("host=\"a, for=6.6.6.6, b\";for=1.2.3.4", &["1.2.3.4"]);
        check(r#"host="a\",for=6.6.6.6,\"";for=1.2.3.4"#, &["1.2.3.4"]);
        check("for=\"6.6.6.6, for=1.2.3.4", &["1.2.3.4", "-"]);
    }
}
