//! Profiles.

use super::*;

#[tokio::test]
async fn whoever_told_nothing_has_an_empty_profile() {
    for Fixture { store, ann, .. } in each().await {
        let expected = ProfileRow {
            name: "ann".to_owned(),
            role: Role::Owner,
            picture: None,
            about: String::new(),
            languages: Vec::new(),
            interests: Vec::new(),
            since: Millis(0),
        };
        assert_eq!(store.profile(ann.id).await.unwrap(), Some(expected));
        assert_eq!(store.profile(UserId(Uuid::nil())).await.unwrap(), None);
        assert_eq!(store.talks(ann.id).await.unwrap(), []);
    }
}
