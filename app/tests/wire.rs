//! The wire format: packets from the future are tolerated.

use app::protocol::{
    message::{Entry, What},
    packets::{ClientPacket, ServerPacket},
    refusal::Refusal,
};

#[test]
fn packets_from_the_future_are_unknown_and_not_fatal() {
    for text in [
        r#"{"type":"dance"}"#,
        r#"{"type":"dance","data":{"a":[1,2]}}"#,
        r#"{"data":3,"type":"x"}"#,
    ] {
        assert_eq!(
            serde_json::from_str::<ClientPacket>(text).unwrap(),
            ClientPacket::Unknown,
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<ServerPacket>(text).unwrap(),
            ServerPacket::Unknown,
            "{text}"
        );
    }
    let entry: Entry = serde_json::from_str(r#"{"seq":1,"at":2,"author":"0190a0a0-0000-7000-8000-000000000001","name":"a","kind":"polled","poll":[1]}"#).unwrap();
    assert_eq!(entry.what, What::Unknown);
    assert_eq!(
        serde_json::from_str::<Refusal>(r#"{"reason":"moon","phase":3}"#).unwrap(),
        Refusal::Unknown
    );
    assert!(serde_json::from_str::<Entry>(r#"{"seq":9007199254740992,"at":2,"author":"0190a0a0-0000-7000-8000-000000000001","name":"a","kind":"joined"}"#).is_err());
}
