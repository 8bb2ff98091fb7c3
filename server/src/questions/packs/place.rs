//! In which line of a pack a fault is, as well as can be told: whoever mends it looks there first.

use super::{Fault, PackError};

/// The line, from 1; none where the fault is in no line of the text.
pub fn line_of(text: &str, error: &PackError) -> Option<usize> {
    if let Fault::NotToml { line, .. } = error.fault {
        return Some(line);
    }
    let lines: Vec<&str> = text.lines().collect();
    let (start, end) = part(&lines, error.question.as_deref())?;
    let part = lines.get(start..end)?;
    let line = field_in(part, &error.field);
    match (line, &error.question) {
        (Some(line), _) => Some(start + line + 1),
        // Where the field is missing, the question it is missing of.
        (None, Some(_)) => Some(start + 1),
        (None, None) => None,
    }
}

/// From where to where the lines of a question go, or those before the first question.
fn part(lines: &[&str], question: Option<&str>) -> Option<(usize, usize)> {
    let is_head = |it: &&str| it.split_whitespace().collect::<String>() == "[[questions]]";
    let heads = lines.iter().enumerate().filter(|(_, it)| is_head(it)).map(|it| it.0);
    let heads: Vec<usize> = heads.collect();
    let end_of = |at: usize| heads.get(at + 1).copied().unwrap_or(lines.len());
    let Some(question) = question else {
        return Some((0, heads.first().copied().unwrap_or(lines.len())));
    };
    let has_name = |at: usize, head: usize, name: &str| {
        let part = lines.get(head..end_of(at)).unwrap_or_default();
        part.iter().any(|it| value_of(it, "id").is_some_and(|it| it.contains(name)))
    };
    let number = question.strip_prefix("no. ").and_then(|it| it.parse::<usize>().ok());
    let name = question.trim_matches('`');
    // Of two of one name the second is the one too many.
    let named = || heads.iter().enumerate().rposition(|(at, head)| has_name(at, *head, name));
    let at = number.map_or_else(named, |it| it.checked_sub(1))?;
    Some((*heads.get(at)?, end_of(at)))
}

/// What stands behind the name of a field.
fn value_of<'a>(line: &'a str, field: &str) -> Option<&'a str> {
    let rest = line.trim_start().strip_prefix(field)?.trim_start();
    rest.strip_prefix('=')
}

/// The line of a field, or of the table that it is in.
fn field_in(lines: &[&str], field: &str) -> Option<usize> {
    let whole = |name: &str| lines.iter().position(|it| value_of(it, name).is_some());
    let (of, inner) = field.split_once('.').unwrap_or((field, ""));
    let in_table = || {
        let head = format!("[{of}]");
        let deep = format!("[questions.{of}]");
        let at = lines.iter().position(|it| [&*head, &*deep].contains(&it.trim()))?;
        let rest = lines.get(at..)?.iter().position(|it| value_of(it, inner).is_some());
        Some(at + rest.unwrap_or(0))
    };
    whole(field).or_else(|| whole(of)).or_else(in_table)
}

#[cfg(test)]
mod tests {
    use super::{super::Pack, *};

    const BROKEN: &str = r#"id = "tea"
depth = 9
title = { ko = "차", en = "Tea" }
about = { ko = "차요.", en = "" }

[[questions]]
id = "leaf"
ko = "어떤 차요?"
en = "Which tea?"
words = { ko = ["차"] }

[[questions]]
id = "cup"
ko = "a cup?"

[[questions]]
id = "cup"
ko = "잔은요?"
en = "The cup?"
[questions.words]
en = ["two words"]
"#;

    #[test]
    fn a_fault_is_found_in_its_line() {
        let errors = Pack::parse("tea", BROKEN).unwrap_err();
        let found: Vec<(&str, Option<usize>)> =
            errors.iter().map(|it| (it.field.as_str(), line_of(BROKEN, it))).collect();
        for expected in [
            ("depth", Some(2)),
            ("about.en", Some(4)),
            ("words.ko", Some(10)),
            ("words.en", Some(21)),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        let broken = Pack::parse("tea", "id = \"tea\"\ndepth = = 2").unwrap_err();
        assert_eq!(line_of("id = \"tea\"\ndepth = = 2", &broken[0]), Some(2));
        let missing = Pack::parse("tea", "id = \"tea\"").unwrap_err();
        assert!(missing.iter().all(|it| line_of("id = \"tea\"", it).is_none()));
    }
}
