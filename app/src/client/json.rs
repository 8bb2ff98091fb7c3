//! JSON to values in the browser, by way of a tree that keeps the wasm small.

use crate::protocol::{
    packets::ServerPacket,
    tree::{Tree, Unreadable},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};

/// A value that is read by way of a [`Tree`].
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Buffered<T> {
    /// The value itself; in JSON nothing stands around it.
    pub value: T,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Buffered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Tree::deserialize(deserializer)?.read().map_err(D::Error::custom)?;
        Ok(Self { value })
    }
}

/// Reads a value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    parse(text)?.read()
}

/// Reads a packet: what the derived reader does, without its second one for data before types.
pub fn read_packet(text: &str) -> Result<ServerPacket, Unreadable> {
    use ServerPacket as P;
    let tree = parse(text)?;
    let kind = tree.get("type").and_then(Tree::text).ok_or(Unreadable)?;
    let data = tree.get("data").unwrap_or(&Tree::Null);
    match kind {
        "welcomed" => data.read().map(P::Welcomed),
        "entered" => data.read().map(P::Entered),
        "left" => data.read().map(P::Left),
        "appended" => data.read().map(P::Appended),
        "acked" => data.read().map(P::Acked),
        "refused" => data.read().map(P::Refused),
        "typed" => data.read().map(P::Typed),
        "people_changed" => data.read().map(P::PeopleChanged),
        "rooms_changed" => data.read().map(P::RoomsChanged),
        "gained" => data.read().map(P::Gained),
        "lost" => data.read().map(P::Lost),
        "seen" => data.read().map(P::Seen),
        "reminded" => data.read().map(P::Reminded),
        "noticed" => data.read().map(P::Noticed),
        "matching" => data.read().map(P::Matching),
        "beat" => data.read().map(P::Beat),
        _ => Ok(P::Unknown),
    }
}

fn parse(text: &str) -> Result<Tree, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::snapshot::Snapshot;
    use std::{fs, path::Path};

    #[test]
    fn by_the_detour_comes_what_comes_straight() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let straight: ServerPacket = serde_json::from_str(&text).unwrap();
            assert_eq!(read_packet(&text).unwrap(), straight, "{text}");
        }
        let snapshot = Snapshot::default();
        let text = serde_json::to_string(&Buffered { value: snapshot.clone() }).unwrap();
        assert_eq!(text, serde_json::to_string(&snapshot).unwrap());
        assert_eq!(read::<Snapshot>(&text).unwrap(), snapshot);
        let full = include_str!("json/snapshot.json");
        let straight: Snapshot = serde_json::from_str(full).unwrap();
        assert_eq!(read::<Snapshot>(full).unwrap(), straight);
        assert_ne!(straight.matching, None, "everything is in it");
        for text in ["[1]", "{}", r#"{"type":1}"#, r#"{"type":"acked","data":{}}"#] {
            assert!(read_packet(text).is_err(), "{text}");
        }
        assert_eq!(read_packet(r#"{"type":"x","data":[{}]}"#), Ok(ServerPacket::Unknown));
    }
}
