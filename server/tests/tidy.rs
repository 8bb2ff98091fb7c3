//! What the compiler does not see: the tree's own rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no {ending} files");
    found
}

fn sources() -> Vec<PathBuf> {
    ["app", "frontend", "server", "harness", "matching"]
        .iter()
        .flat_map(|it| files(it, "rs"))
        .collect()
}

fn stems(paths: Vec<PathBuf>) -> Vec<String> {
    let mut stems: Vec<_> =
        paths.iter().map(|it| it.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    stems.sort();
    stems
}

#[test]
fn the_protocol_is_pure() {
    for path in files("app/src/protocol", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for word in
            ["leptos", "web_sys", "cfg(feature", "tokio", "SystemTime", "std::fs", "std::net"]
        {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn matchmaking_is_pure() {
    for path in files("matching/src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["SystemTime", "Instant", "std::fs", "std::net", "std::env", "thread"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn the_client_core_is_pure() {
    for name in ["gap", "timeline", "outbox", "backoff", "pace", "watch"] {
        let text = fs::read_to_string(root().join(format!("app/src/client/{name}.rs"))).unwrap();
        for word in ["leptos", "web_sys", "js_sys", "cfg(feature", "SystemTime", "Instant"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn only_the_store_speaks_sql_and_it_knows_no_engine() {
    for path in files("server/src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let in_store =
            path.components().any(|it| it.as_os_str() == "store") || path.ends_with("store.rs");
        assert!(in_store || !text.contains("sqlx::query"), "{} speaks SQL", path.display());
        assert!(
            !in_store || !text.contains("crate::engine"),
            "{} knows the engine",
            path.display()
        );
    }
}

#[test]
fn no_text_becomes_html_by_string() {
    for path in sources().iter().filter(|it| !it.ends_with("tidy.rs")) {
        let text = fs::read_to_string(path).unwrap();
        for word in ["inner_html", "insert_adjacent_html", "document_write"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

/// Leptos writes what stands in a `textarea` into the page as it is.
#[test]
fn what_stands_in_a_text_area_is_escaped() {
    for path in files("app/src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let filled = text.replace("></textarea>", "").contains("</textarea>");
        assert!(!filled || text.contains("area_text("), "{}", path.display());
    }
}

/// What SECURITY.md promises is shown by tests that there are.
#[test]
fn every_test_that_is_named_as_proof_is_there() {
    let page = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let all: String =
        files("server", "rs").iter().map(|it| fs::read_to_string(it).unwrap()).collect();
    let rows: Vec<_> = page.lines().filter(|it| it.starts_with("| ")).skip(1).collect();
    let names = |row: &str| -> Vec<String> {
        let parts = row.split('`').skip(1).step_by(2);
        parts.filter(|it| it.contains('_')).map(str::to_owned).collect()
    };
    for row in &rows {
        assert!(!names(row).is_empty(), "no test in: {row}");
        for name in names(row) {
            assert!(all.contains(&format!("fn {name}(")), "there is no test {name}");
        }
    }
    assert!(rows.len() > 20, "{} rows", rows.len());
}

#[test]
fn no_file_is_a_room_with_too_many_people() {
    for path in sources() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
        assert!(!path.ends_with("mod.rs"), "{}", path.display());
    }
}

#[test]
fn every_sheet_belongs_to_a_component_or_page_and_is_loaded() {
    let mut known = stems(files("app/src/components", "rs"));
    known.extend(stems(files("app/src/pages", "rs")));
    let main = fs::read_to_string(root().join("style/main.css")).unwrap();
    for sheet in stems(files("style/components", "css")) {
        assert!(known.contains(&sheet), "style/components/{sheet}.css has no component");
        assert!(main.contains(&format!("components/{sheet}.css")), "{sheet}.css is not loaded");
    }
}
