//! Pages that are rendered at the same time.

use crate::support::{Server, soon};

/// How many ask for each page at once.
const CROWD: usize = 12;

#[tokio::test]
async fn each_of_many_pages_at_once_has_its_own_title() {
    let server = Server::start().await;
    let ann = server.signed_up("Ann").await;
    let room = r#"{"name":"a hidden room","kind":"private","door":"invite","capacity":9}"#;
    let room = ann.clone().post("/api/v1/rooms", room).await.expect(201).json()["id"].clone();
    let hidden = format!("/rooms/{}", room.as_str().unwrap());
    let pages = [
        ("/rooms/plaza", "#plaza · Maru"),
        (hidden.as_str(), "a hidden room · Maru"),
        ("/rooms", "Channels and rooms · Maru"),
        ("/rooms/film", "#film · Maru"),
    ];
    let visits = pages.iter().cycle().take(pages.len() * CROWD).map(|(path, title)| {
        let mut ann = ann.clone();
        async move {
            let page = ann.ask("GET", path, &[("accept-language", "en")], "").await.expect(200);
            let after = page.body.split_once("<title>").map(|it| it.1).unwrap_or_default();
            assert_eq!(after.split("</title>").next(), Some(*title), "{path}");
        }
    });
    soon("the pages", futures::future::join_all(visits)).await;
}
