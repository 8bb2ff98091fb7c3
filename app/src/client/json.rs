//! JSON to values in the browser, by a detour that keeps the wasm small.
//!
//! Read straight from the text, every type brings a reader of its own for text and, where serde
//! has to look at a tag first, a second one for its buffer. By way of the buffer there is one.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A value that is an object in JSON, and is read by way of serde's buffer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Buffered<T> {
    /// The value itself; in JSON nothing stands around it.
    #[serde(flatten)]
    pub value: T,
}

/// Reads an object.
pub fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str::<Buffered<T>>(text).map(|it| it.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{packets::ServerPacket, snapshot::Snapshot};
    use std::{fs, path::Path};

    #[test]
    fn by_the_detour_comes_what_comes_straight() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let straight: ServerPacket = serde_json::from_str(&text).unwrap();
            assert_eq!(read::<ServerPacket>(&text).unwrap(), straight, "{text}");
        }
        let snapshot = Snapshot::default();
        let text = serde_json::to_string(&Buffered { value: snapshot.clone() }).unwrap();
        assert_eq!(text, serde_json::to_string(&snapshot).unwrap());
        assert_eq!(read::<Snapshot>(&text).unwrap(), snapshot);
        assert!(read::<ServerPacket>("[1]").is_err());
        assert!(read::<ServerPacket>(r#"{"type":"acked","data":{}}"#).is_err());
    }
}
