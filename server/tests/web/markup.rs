//! What users write is text on every page that shows it, be it in a line, a field, a title or a
//! form that was refused; and every page that shows it is in the table here.

use crate::support::{Answer, Browser, Server};
use serde_json::{Value, json};
use server::config::MailConfig;
use uuid::Uuid;

/// Ends whatever it could stand in.
const MARKUP: &str = "<b>&\"'</textarea></title><script>";
/// What fits where twenty characters are the most.
const SHORT: &str = "<b>&\"'</title>";

/// The markup behind a word by which it is found again.
fn marked(word: &str) -> String {
    format!("{word}{MARKUP}")
}

/// Whether the page shows that text; a panic where it is anything but text there.
fn shows(page: &str, word: &str, path: &str) -> bool {
    let mut shown = false;
    for (at, _) in page.match_indices(word) {
        let (before, after) = (&page[..at], &page[at + word.len()..]);
        let around: String = after.chars().take(80).collect();
        assert!(!after.starts_with('<'), "{path}: {word}{around}");
        if !after.starts_with("&lt;b") {
            // In the snapshot for the script, or in an address: written in another way.
            continue;
        }
        let own = &after[..after.find("&lt;/t").unwrap_or(0)];
        // In a text area only another tag begins something.
        let in_area = before.rfind("<textarea") > before.rfind("</textarea>");
        let in_tag = before.rfind('<') > before.rfind('>');
        let ends_it = |it: char| it == '<' || (!in_area && it == '>') || (in_tag && it == '"');
        assert!(!own.is_empty() && !own.contains(ends_it), "{path}: {word}{around}");
        shown = true;
    }
    shown
}

/// No page ends a field by what a user wrote, however that was found.
fn has_no_markup(page: &str, path: &str) {
    for part in [MARKUP, "\"'</", "</textarea></title>", "</title><script>"] {
        assert!(!page.contains(part), "{path} has {part}");
    }
}

/// A server, and people who write markup wherever they can.
struct Scene {
    server: Server,
    owner: Browser,
    ann: Browser,
    bob: Browser,
    cleo: Browser,
    room: String,
    direct: String,
    invite: String,
    ann_id: String,
}

async fn id_of(browser: &mut Browser) -> String {
    browser.get("/api/v1/me").await.expect(200).json()["me"]["id"].as_str().unwrap().to_owned()
}

async fn post(who: &mut Browser, path: &str, body: Value) -> Answer {
    let answer = who.post(&format!("/api/v1/{path}"), &body.to_string()).await;
    assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
    answer
}

async fn say(who: &mut Browser, room: &str, word: &str) {
    let body = json!({ "cid": Uuid::now_v7(), "text": marked(word) });
    post(who, &format!("rooms/{room}/entries"), body).await;
}

async fn scene() -> Scene {
    let server = Server::start_with(|config| {
        let from = "Maru <maru@chat.example>".parse().unwrap();
        config.mail = MailConfig::new("smtp://127.0.0.1:9", from);
        config.limits.resets_per_hour = 1;
    })
    .await;
    let owner = server.signed_up("Olga").await;
    let (mut ann, mut bob) = (server.signed_up("Ann").await, server.signed_up("Bob").await);
    let cleo = server.signed_up("Cleo").await;
    let ann_id = id_of(&mut ann).await;
    // Such a name is refused at every door; pages are not to rely on it.
    let store = server.store().await;
    store.rename_user(ann_id.parse().unwrap(), &marked("quser"), "quser").await.unwrap();
    let about = json!({ "about": marked("qabout"), "interests": [format!("qint{SHORT}")] });
    ann.json("PATCH", "/api/v1/me/profile", &about.to_string()).await.expect(200);
    let room = json!({
        "name": marked("qroom"), "topic": marked("qtopic"), "kind": "private", "door": "open",
        "capacity": 9,
    });
    let room = post(&mut ann, "rooms", room).await.json()["id"].as_str().unwrap().to_owned();
    let invite = post(&mut ann, &format!("rooms/{room}/invites"), json!({})).await.json();
    let direct = post(&mut ann, &format!("direct/{}", id_of(&mut bob).await), json!({})).await;
    let direct = direct.json()["id"].as_str().unwrap().to_owned();
    let invite = invite["token"].as_str().unwrap().to_owned();
    let mut scene = Scene { server, owner, ann, bob, cleo, room, direct, invite, ann_id };
    scene.write().await;
    scene
}

impl Scene {
    async fn write(&mut self) {
        let Self { owner, ann, bob, cleo, room, ann_id, .. } = self;
        for who in [&mut *bob, &mut *cleo] {
            let path = format!("/api/v1/rooms/{room}/members/me");
            who.json("PUT", &path, "{}").await.expect(200);
        }
        say(ann, room, "qsaid").await;
        say(ann, &self.direct, "qdirect").await;
        let ban = json!({ "act": "ban", "user": id_of(cleo).await, "reason": marked("qban") });
        post(ann, &format!("rooms/{room}/acts"), ban).await;
        let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() + 3_600_000;
        let later = json!({ "cid": Uuid::now_v7(), "text": marked("qlater"), "at": at });
        post(ann, &format!("rooms/{room}/later"), later).await;
        let report = json!({
            "against": ann_id, "room": room, "seq": 4, "why": "spam", "text": marked("qreport"),
        });
        post(bob, "reports", report).await;
        let warning = json!({ "reason": marked("qwarn") });
        post(owner, &format!("people/{ann_id}/warnings"), warning).await;
        post(owner, "announcements", json!({ "text": marked("qword") })).await;
        let path = format!("/api/v1/blocks/{ann_id}");
        cleo.json("PUT", &path, "").await.expect(204);
    }
}

#[tokio::test]
async fn what_users_write_is_text_on_every_page_that_shows_it() {
    let scene = scene().await;
    let Scene { room, direct, invite, ann_id, .. } = &scene;
    let sought = "?q=qseek%3Cb%3E%26%22%27%3C%2Ftextarea%3E%3C%2Ftitle%3E%3Cscript%3E";
    let pages = [
        (scene.ann.clone(), "/settings".to_owned(), &["quser", "qabout", "qint"][..]),
        (scene.ann.clone(), "/later".into(), &["qlater", "qroom"]),
        (scene.ann.clone(), "/notices".into(), &["qwarn"]),
        (scene.ann.clone(), "/rooms".into(), &["qroom"]),
        (scene.ann.clone(), format!("/rooms/{room}/settings"), &["qroom", "qtopic", "qban"]),
        (
            scene.bob.clone(),
            format!("/rooms/{room}"),
            &["qroom", "qtopic", "qsaid", "quser", "qban"],
        ),
        (scene.bob.clone(), format!("/people/{ann_id}"), &["quser", "qabout", "qint", "qroom"]),
        (scene.bob.clone(), "/inbox".into(), &["quser", "qdirect"]),
        (scene.bob.clone(), format!("/rooms/{direct}"), &["quser", "qdirect"]),
        (scene.bob.clone(), "/rooms/plaza".into(), &["qword"]),
        (scene.cleo.clone(), "/blocks".into(), &["quser"]),
        (scene.owner.clone(), format!("/rooms{sought}"), &["qseek"]),
        (scene.owner.clone(), "/rooms?q=qroom".into(), &["qroom"]),
        (scene.owner.clone(), format!("/rooms/{room}"), &["qroom", "qtopic", "quser"]),
        (scene.owner.clone(), format!("/invite/{invite}"), &["qroom", "quser"]),
        (scene.owner.clone(), "/admin/people".into(), &["quser"]),
        (scene.owner.clone(), format!("/admin/people{sought}"), &["qseek"]),
        (scene.owner.clone(), "/admin/rooms".into(), &["qroom"]),
        (scene.owner.clone(), "/admin/reports".into(), &["qreport", "qsaid", "quser", "qroom"]),
        (scene.owner.clone(), "/admin/audit".into(), &["quser", "qwarn"]),
    ];
    let mut missing = Vec::new();
    for (mut who, path, words) in pages {
        let page = who.get(&path).await.expect(200).body;
        has_no_markup(&page, &path);
        // Also those that it is not expected to show.
        let all = ["quser", "qabout", "qint", "qroom", "qtopic", "qsaid", "qdirect", "qban"];
        for word in all.iter().chain(words) {
            let shown = shows(&page, word, &path);
            if words.contains(word) && !shown {
                missing.push(format!("{path} does not show {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Who sends it, whereto, with which fields, and where it leads; nowhere for the answer itself.
type Form<'a> = (&'a Browser, &'a str, &'a [(&'a str, String)], &'a str);

#[tokio::test]
async fn what_was_typed_into_a_form_that_was_refused_is_text_on_the_page_again() {
    let scene = scene().await;
    let room = format!("/rooms/{}", scene.room);
    let long = |more: usize| marked("qname") + &"x".repeat(more);
    let name = [("name", long(0))];
    let making = [("name", long(0)), ("topic", long(0)), ("kind", "private".into())];
    let about = [("about", long(300))];
    let saying = [("text", long(4_000))];
    let announcing = [("room", "nowhere".into()), ("text", long(0))];
    let report = [("why", "nothing".into()), ("text", long(0))];
    let stranger = scene.server.browser();
    // The first one in an hour is taken.
    stranger.clone().form("/forgot", &[("name", "nobody")]).await;
    let say = format!("{room}/say");
    let reporting = format!("/people/{}/report", scene.ann_id);
    let forms: [Form<'_>; 10] = [
        (&stranger, "/sign-in", &name, ""),
        (&stranger, "/sign-up", &name, ""),
        (&stranger, "/guest", &name, ""),
        (&stranger, "/forgot", &name, ""),
        (&scene.ann, "/rooms/new", &making, ""),
        (&scene.ann, "/settings/profile", &about, ""),
        (&scene.ann, &say, &saying, ""),
        (&scene.bob, &reporting, &report, ""),
        // These tell it on the page to which they lead.
        (&scene.ann, "/settings/name", &name, "/settings"),
        (&scene.owner, "/admin/announce", &announcing, "/admin/announce"),
    ];
    let mut missing = Vec::new();
    for (who, path, fields, next) in forms {
        let mut who = who.clone();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = who.form(path, &fields).await;
        let page = if next.is_empty() {
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
            answer.body
        } else {
            answer.goes_to(next);
            who.get(next).await.expect(200).body
        };
        has_no_markup(&page, path);
        if !shows(&page, "qname", path) {
            missing.push(path.to_owned());
        }
    }
    assert!(missing.is_empty(), "not shown again: {missing:#?}");
}
