//! Finds the addresses in what people wrote.

/// A piece of a message's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// An http or https address, fit to be a link as it stands.
    Link(&'a str),
}

const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Cuts a text into plain pieces and addresses, in order; put together they are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut plain_until = 0;
    while let Some(at) = next_address(rest, plain_until) {
        let address = address_of(&rest[at..]);
        if address.is_empty() {
            plain_until = at + 1;
            continue;
        }
        if at > 0 {
            found.push(Piece::Text(&rest[..at]));
        }
        found.push(Piece::Link(address));
        rest = &rest[at + address.len()..];
        plain_until = 0;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

/// Where the next scheme begins that is not the tail of a word, from byte `from` on.
fn next_address(text: &str, from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let tail = text.get(from..)?;
        let at = from + SCHEMES.iter().filter_map(|scheme| tail.find(scheme)).min()?;
        let inside_word =
            text[..at].chars().next_back().is_some_and(|it| it.is_ascii_alphanumeric());
        if !inside_word {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The address at the start of `text`, without the punctuation of the sentence around it; empty
/// when nothing follows the scheme.
fn address_of(text: &str) -> &str {
    let end = text.find(|it: char| it.is_whitespace() || it.is_control() || "<>\"`".contains(it));
    let mut address = &text[..end.unwrap_or(text.len())];
    while let Some(last) = address.chars().next_back() {
        let closes_open = |open, close| {
            last == close && address.matches(open).count() >= address.matches(close).count()
        };
        let part_of_it = closes_open('(', ')') || closes_open('[', ']');
        if part_of_it || !".,:;!?'*_~)]}”’…。，、".contains(last) {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let host_starts = SCHEMES
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .is_some_and(|host| host.starts_with(char::is_alphanumeric) || host.starts_with('['));
    if host_starts { address } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Link, Text};

    fn check(text: &str, expected: &[Piece<'_>]) {
        assert_eq!(pieces(text), expected);
    }

    #[test]
    fn addresses_are_found_and_the_sentence_stays_outside() {
        check("hi", &[Text("hi")]);
        check("", &[]);
        check("https://maru.example", &[Link("https://maru.example")]);
        check(
            "see https://a.b/c?d=e#f, or (http://x.y/z_(q)).",
            &[
                Text("see "),
                Link("https://a.b/c?d=e#f"),
                Text(", or ("),
                Link("http://x.y/z_(q)"),
                Text(")."),
            ],
        );
        check(
            "주소 https://마루.한국/가 좋아요",
            &[Text("주소 "), Link("https://마루.한국/가"), Text(" 좋아요")],
        );
    }

    #[test]
    fn what_only_looks_like_an_address_stays_text() {
        for text in ["javascript:alert(1)", "https://", "http:// a", "xhttp://a.b", "ftp://a.b"] {
            check(text, &[Text(text)]);
        }
        check("https:// https://a.b", &[Text("https:// "), Link("https://a.b")]);
        check("\"https://a.b\"><script>", &[Text("\""), Link("https://a.b"), Text("\"><script>")]);
    }
}
