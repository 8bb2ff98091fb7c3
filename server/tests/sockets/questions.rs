//! Questions of two who were matched, over real sockets: a whole evening with a restart in its
//! middle, what is refused, and that nobody reads a sealed answer by any door.

use crate::support::{Login, Person, Server, account, ask, open, request, soon, unlimited};
use app::protocol::{
    ids::{AskedId, RoomId},
    matching::{MatchState, MatchView},
    message::{Asked, Deed, What},
    packets::ServerPacket,
    people::Role,
    questions::{AskedQuestion, AskedState, Brought, book::AnswerBook},
    refusal::Refusal,
};
use futures::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

const TEA: &str = include_str!("../support/tea.toml");
const STRICT: &str = r#"{"pack":"tea","mode":"strict","by_word":true}"#;

/// Does something that is allowed.
async fn does(server: &Server, who: &Login, method: &str, path: &str, body: &str) {
    let (status, answer) = ask(server, who, method, path, body).await;
    assert_eq!(status, 204, "{path} {body} {answer}");
}

/// Ann and Bob, who were matched and answer questions about tea, strictly; Root runs the server.
struct Two {
    server: Server,
    owner: Login,
    ann: Person,
    bob: Person,
    room: RoomId,
}

async fn two() -> Two {
    let server = Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
    })
    .await;
    let owner = account(server.at, "Root").await;
    does(&server, &owner, "PUT", "packs/tea", TEA).await;
    let mut people = Vec::new();
    for name in ["Ann", "Bob"] {
        let login = account(server.at, name).await;
        does(&server, &login, "PUT", "me/born", r#"{"year":1990}"#).await;
        let mut person = Person::connect(server.at, login).await;
        person.hello(vec![]).await;
        people.push(person);
    }
    for person in &people {
        let (status, body) =
            ask(&server, &person.login, "PUT", "match", r#"{"languages":["ko"]}"#).await;
        assert_eq!(status, 200, "{body}");
    }
    let matched = |packet: &ServerPacket| match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Matched { room }, .. }) => {
            Some(*room)
        }
        _ => None,
    };
    let (mut bob, mut ann) = (people.pop().unwrap(), people.pop().unwrap());
    let room = ann.expect("a match", matched).await;
    assert_eq!(bob.expect("a match", matched).await, room);
    for person in [&mut ann, &mut bob] {
        soon("the room", async { while person.enter(room).await.is_err() {} }).await;
    }
    let two = Two { server, owner, ann, bob, room };
    two.does(&two.ann.login, "PUT", "questions/settings", STRICT).await;
    two
}

/// A question that comes up over the socket.
async fn comes_up(person: &mut Person) -> Asked {
    person
        .expect("a question", |it| match it {
            ServerPacket::Appended(it) => it.entries.iter().find_map(|it| match &it.what {
                What::Asked(asked) => Some((**asked).clone()),
                _ => None,
            }),
            _ => None,
        })
        .await
}

/// Something about a question that is told over the socket.
async fn told(person: &mut Person, deed: Deed) -> String {
    person
        .expect(deed.name(), |it| match it {
            ServerPacket::Appended(it) => it.entries.iter().find_map(|it| match &it.what {
                What::Did(did) if did.deed == deed => Some(did.text.clone()),
                _ => None,
            }),
            _ => None,
        })
        .await
}

impl Two {
    fn path(&self, path: &str) -> String {
        format!("rooms/{}/{path}", self.room)
    }

    async fn does(&self, who: &Login, method: &str, path: &str, body: &str) {
        does(&self.server, who, method, &self.path(path), body).await;
    }

    /// Expects to be refused, with that status and reason.
    async fn refused(
        &self,
        who: &Login,
        (method, path, body): (&str, &str, &str),
        (status, reason): (u16, &str),
    ) {
        let (found, answer) = ask(&self.server, who, method, &self.path(path), body).await;
        assert_eq!(found, status, "{method} {path} {body} {answer}");
        assert!(answer.contains(&format!(r#""reason":"{reason}""#)), "{path}: {answer}");
    }

    async fn answers(&self, who: &Login, asked: AskedId, text: &str) {
        let path = format!("questions/{asked}/answer");
        self.does(who, "PUT", &path, &serde_json::json!({ "text": text }).to_string()).await;
    }

    async fn book(&self, who: &Login) -> AnswerBook {
        let (status, body) =
            ask(&self.server, who, "GET", &self.path("book?show=all&order=oldest_first"), "").await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn seen(&self, who: &Login, asked: AskedId) -> AskedQuestion {
        let found = self.book(who).await.found;
        found.into_iter().find(|it| it.id == asked).expect("it was asked")
    }

    /// Stops the server and starts it again; both come back.
    async fn restarted(self) -> Self {
        let Self { server, owner, ann, bob, room } = self;
        let server = server.restart().await;
        let mut people = Vec::new();
        for person in [ann, bob] {
            let mut person = Person::come_back(server.at, person.login.clone()).await;
            person.hello(vec![]).await;
            person.enter(room).await.unwrap();
            people.push(person);
        }
        let (bob, ann) = (people.pop().unwrap(), people.pop().unwrap());
        Self { server, owner, ann, bob, room }
    }
}

#[tokio::test]
async fn an_evening_of_two_in_strict_mode_goes_on_after_a_restart() {
    let mut two = two().await;
    let room = two.room;
    two.bob.say(room, "녹차를 마실까요?").await.unwrap();
    let leaf = comes_up(&mut two.ann).await;
    assert_eq!(comes_up(&mut two.bob).await, leaf);
    assert_eq!(leaf.brought, Brought::Word { word: "녹차".into() });
    assert_eq!(two.ann.say(room, "네!").await, Err(Refusal::AnswerFirst));
    two.answers(&two.bob.login, leaf.id, "보성 녹차요").await;
    assert_eq!(told(&mut two.ann, Deed::Answered).await, leaf.id.to_string());
    two.bob.say(room, "나는 답했어요").await.unwrap();
    assert_eq!(two.ann.say(room, "음").await, Err(Refusal::AnswerFirst));
    let sealed = two.seen(&two.ann.login, leaf.id).await;
    assert!(sealed.theirs_sealed && sealed.answers.is_empty(), "{sealed:?}");

    let mut two = two.restarted().await;
    assert_eq!(two.ann.say(room, "음").await, Err(Refusal::AnswerFirst), "also afterwards");
    two.answers(&two.ann.login, leaf.id, "하동 녹차요").await;
    told(&mut two.bob, Deed::Answered).await;
    two.ann.say(room, "이제 말할 수 있네요").await.unwrap();
    for (who, mine, theirs) in [
        (&two.ann.login, "하동 녹차요", "보성 녹차요"),
        (&two.bob.login, "보성 녹차요", "하동 녹차요"),
    ] {
        let seen = two.seen(who, leaf.id).await;
        let pair = &seen.answers[0];
        assert_eq!((pair.mine.text.as_str(), pair.theirs.text.as_str()), (mine, theirs));
    }
    // By hand, and away again.
    two.does(&two.ann.login, "POST", "questions", "{}").await;
    let cup = comes_up(&mut two.bob).await;
    assert_eq!(two.bob.say(room, "…").await, Err(Refusal::AnswerFirst));
    two.does(&two.bob.login, "POST", &format!("questions/{}/skip", cup.id), "").await;
    assert_eq!(told(&mut two.ann, Deed::Skipped).await, cup.id.to_string());
    two.bob.say(room, "건너뛸게요").await.unwrap();
    let back = format!(r#"{{"back":"{}"}}"#, cup.id);
    two.does(&two.ann.login, "POST", "questions", &back).await;
    assert_eq!(comes_up(&mut two.bob).await.id, cup.id);
    // A pause lets both talk; off, nothing comes by itself.
    let later = app::protocol::ids::Millis(i64::MAX).0;
    let pause = format!(r#"{{"pack":"tea","mode":"strict","paused_until":{later}}}"#);
    two.does(&two.bob.login, "PUT", "questions/settings", &pause).await;
    told(&mut two.ann, Deed::QuestionsSet).await;
    two.ann.say(room, "쉬어 가요").await.unwrap();
    let mut two = two.restarted().await;
    two.ann.say(room, "여전히").await.unwrap();
    let book = two.book(&two.ann.login).await;
    assert_eq!((book.asked, book.answered), (2, 1));
    let states: Vec<_> = book.found.iter().map(|it| it.state).collect();
    assert!(states.contains(&AskedState::Open) && states.contains(&AskedState::Unsealed));
}

#[tokio::test]
async fn what_is_not_ones_own_to_answer_or_no_answer_is_refused() {
    let mut two = two().await;
    let kim = account(two.server.at, "Kim").await;
    two.does(&two.ann.login, "POST", "questions", "{}").await;
    let asked = comes_up(&mut two.bob).await.id;
    let answer = format!("questions/{asked}/answer");
    let skip = format!("questions/{asked}/skip");
    let good = r#"{"text":"mine"}"#;
    for (method, path, body) in [
        ("PUT", answer.as_str(), good),
        ("POST", &skip, ""),
        ("POST", "questions", "{}"),
        ("PUT", "questions/settings", "{}"),
        ("GET", "book", ""),
    ] {
        // Who runs the server is a stranger there, too.
        for who in [&kim, &two.owner] {
            two.refused(who, (method, path, body), (404, "no_such_room")).await;
        }
    }
    let bob = &two.bob.login;
    let never = format!("questions/{}/answer", AskedId(Uuid::now_v7()));
    two.refused(bob, ("PUT", &never, good), (404, "not_found")).await;
    two.refused(bob, ("PUT", "questions/x/answer", good), (404, "not_found")).await;
    two.refused(bob, ("PUT", &answer, r#"{"text":" \n"}"#), (422, "empty")).await;
    let long = format!(r#"{{"text":"{}"}}"#, "가".repeat(2_001));
    two.refused(bob, ("PUT", &answer, &long), (422, "too_long")).await;
    two.refused(bob, ("PUT", &answer, "{}"), (400, "malformed")).await;
    two.refused(bob, ("PUT", &answer, r#"{"text":7}"#), (400, "malformed")).await;
    two.answers(bob, asked, "first").await;
    two.answers(bob, asked, "second thoughts").await;
    two.refused(bob, ("POST", &skip, ""), (409, "already_answered")).await;
    two.answers(&two.ann.login, asked, "mine").await;
    two.refused(bob, ("PUT", &answer, good), (403, "too_soon")).await;
    two.refused(bob, ("POST", &skip, ""), (410, "question_over")).await;
    let back = format!(r#"{{"back":"{asked}"}}"#);
    two.refused(bob, ("POST", "questions", &back), (410, "question_over")).await;
    for wrong in [
        r#"{"mode":"cruel"}"#,
        r#"{"pack":"A B"}"#,
        r#"{"clock":{"every_days":0,"hour":9,"zone_min":540}}"#,
    ] {
        two.refused(bob, ("PUT", "questions/settings", wrong), (400, "malformed")).await;
    }
    let unknown = r#"{"pack":"nowhere"}"#;
    two.refused(bob, ("PUT", "questions/settings", unknown), (409, "nothing_to_ask")).await;
    two.refused(bob, ("GET", "book?show=secrets", ""), (400, "malformed")).await;
}

#[tokio::test]
async fn nobody_skips_a_third_time_and_nothing_is_asked_twice() {
    let mut two = two().await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        two.does(&two.ann.login, "POST", "questions", "{}").await;
        asked.push(comes_up(&mut two.bob).await);
    }
    let skip = |n: usize| format!("questions/{}/skip", asked[n].id);
    two.does(&two.bob.login, "POST", &skip(0), "").await;
    two.does(&two.bob.login, "POST", &skip(1), "").await;
    two.refused(&two.bob.login, ("POST", &skip(2), ""), (409, "no_skips_left")).await;
    two.does(&two.ann.login, "POST", &skip(2), "").await;
    two.does(&two.ann.login, "POST", "questions", "{}").await;
    let fourth = comes_up(&mut two.bob).await;
    assert!(asked.iter().all(|it| it.question != fourth.question));
    two.refused(&two.ann.login, ("POST", "questions", "{}"), (409, "nothing_to_ask")).await;
}

#[tokio::test]
async fn a_pack_with_faults_changes_nothing_and_says_where_they_are() {
    let two = two().await;
    let put = async |who: &Login, body: &str| ask(&two.server, who, "PUT", "packs/tea", body).await;
    assert_eq!(put(&two.ann.login, TEA).await.0, 403);
    let (status, faults) = put(&two.owner, &TEA.replace("depth = 2", "depth = 9")).await;
    assert_eq!(status, 422);
    assert!(faults.contains(r#""line":2"#) && faults.contains("depth"), "{faults}");
    let (status, faults) = put(&two.owner, "id = \"tea\"\ndepth = = 2").await;
    assert!(status == 422 && faults.contains(r#""line":2"#), "{faults}");
    let many = format!("id = \"tea\"\nquestions = [{}]", "{},".repeat(10_000));
    let (status, faults) = put(&two.owner, &many).await;
    assert!(status == 422 && faults.contains("10000"), "{faults}");
    assert_eq!(put(&two.owner, &format!("#{}", "x".repeat(256 * 1024))).await.0, 413);
    let other = TEA.replace("id = \"tea\"", "id = \"coffee\"");
    assert_eq!(put(&two.owner, &other).await.0, 422, "kept under another id than it has");
    let (_, packs) = ask(&two.server, &two.ann.login, "GET", "packs", "").await;
    assert!(packs.contains(r#""id":"tea""#) && packs.contains("first-light"), "{packs}");
    assert!(!packs.contains("Which tea"), "questions are told when they come up");
    two.does(&two.ann.login, "POST", "questions", "{}").await;
    does(&two.server, &two.owner, "DELETE", "packs/tea", "").await;
    assert_eq!(ask(&two.server, &two.owner, "DELETE", "packs/tea", "").await.0, 404);
    two.refused(&two.ann.login, ("POST", "questions", "{}"), (409, "nothing_to_ask")).await;
}

/// All that comes over a socket, as it comes.
struct Wire {
    socket: tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>,
    heard: String,
}

impl Wire {
    async fn open(server: &Server, who: &Login, room: RoomId) -> Self {
        let origin = format!("http://{}", server.at);
        let mut socket =
            open(server.at, "/ws", Some(&who.cookie), Some(&origin)).await.expect("a socket");
        let version = app::protocol::limits::VERSION;
        let hello = format!(
            r#"{{"type":"hello","data":{{"version":{version},"rooms":[{{"room":"{room}","have":0}}],"attending":true}}}}"#
        );
        socket.send(Message::text(hello)).await.unwrap();
        Self { socket, heard: String::new() }
    }

    /// Reads until that text came.
    async fn until(&mut self, text: &str) {
        while !self.heard.contains(text) {
            match soon(text, self.socket.next()).await {
                Some(Ok(Message::Text(more))) => self.heard.push_str(&more),
                Some(Ok(_)) => {}
                other => panic!("{text} did not come, but {other:?}: {}", self.heard),
            }
        }
    }
}

/// What somebody gets at every door that there is.
async fn all_that_is_seen(two: &Two, who: &Login, words: &str) -> String {
    let room = two.room;
    let other = two.bob.login.id;
    let mut bytes = String::new();
    for path in [
        "/rooms",
        "/inbox",
        "/later",
        "/notices",
        "/match",
        "/settings",
        "/blocks",
        "/admin",
        "/admin/people",
        "/admin/rooms",
        "/admin/reports",
        "/admin/audit",
        "/admin/packs",
        "/api/v1/rooms",
        "/api/v1/directory?q=secret",
        "/api/v1/reports",
        "/api/v1/audit",
        "/api/v1/notices",
        "/api/v1/requests",
        "/api/v1/later",
        "/api/v1/match",
        "/api/v1/packs",
        "/api/v1/me/profile",
        "/api/v1/status",
    ] {
        bytes += &request(two.server.at, "GET", path, Some(&who.cookie), None).await.1;
    }
    let filters = ["", "?show=all", "?show=open", "?show=skipped", "?show=all&whose=theirs"];
    let filters: Vec<String> = filters.iter().map(|it| (*it).to_owned()).collect();
    let sought = format!("?show=all&whose=theirs&q={words}");
    let books = ["book", "book.md", "book.json", "questions", "settings", ""];
    for filter in filters.iter().chain([&sought]) {
        for book in books {
            let path = format!("/rooms/{room}/{book}{filter}");
            bytes += &request(two.server.at, "GET", &path, Some(&who.cookie), None).await.1;
        }
        let path = format!("/api/v1/rooms/{room}/book{filter}");
        bytes += &request(two.server.at, "GET", &path, Some(&who.cookie), None).await.1;
    }
    for path in [
        format!("/rooms/{room}"),
        format!("/people/{other}"),
        format!("/api/v1/people/{other}"),
        format!("/api/v1/rooms/{room}"),
        format!("/api/v1/rooms/{room}/entries"),
        format!("/api/v1/rooms/{room}/entries?after=0"),
        format!("/api/v1/rooms/{room}/people"),
        format!("/api/v1/rooms/{room}/meeting"),
        format!("/api/v1/rooms/{room}/sanctions"),
    ] {
        bytes += &request(two.server.at, "GET", &path, Some(&who.cookie), None).await.1;
    }
    bytes
}

/// Words that stand in nothing but Bob's sealed answers.
const SECRETS: [&str; 3] = ["secretmoss", "secretfern", "secretpond"];

async fn nobody_sees(two: &Two, strangers: &[&Login], when: &str) {
    for (name, who) in
        [("Ann", &two.ann.login)].into_iter().chain(strangers.iter().map(|it| ("a stranger", *it)))
    {
        for secret in SECRETS {
            let bytes = all_that_is_seen(two, who, "secret").await;
            let at = bytes.find(secret);
            let around = at.map(|at| &bytes[at.saturating_sub(300)..at]);
            assert!(at.is_none(), "{name} sees {secret} {when}: …{around:?}");
        }
    }
}

#[tokio::test]
async fn nobody_reads_a_sealed_answer_by_any_door() {
    let mut two = two().await;
    let moderator = account(two.server.at, "Mod").await;
    let admin = account(two.server.at, "Admin").await;
    for (login, role) in [(&moderator, Role::Moderator), (&admin, Role::Admin)] {
        let body = format!(r#"{{"role":{}}}"#, serde_json::to_string(&role).unwrap());
        does(&two.server, &two.owner, "PUT", &format!("people/{}/role", login.id), &body).await;
    }
    let owner = two.owner.clone();
    let strangers = [&moderator, &admin, &owner];
    let mut wire = Wire::open(&two.server, &two.ann.login, two.room).await;
    two.does(&two.ann.login, "POST", "questions", "{}").await;
    let asked = comes_up(&mut two.bob).await.id;
    two.answers(&two.bob.login, asked, "secretmoss").await;
    nobody_sees(&two, &strangers, "when it was answered").await;
    two.answers(&two.bob.login, asked, "secretfern").await;
    nobody_sees(&two, &strangers, "when it was changed").await;
    let report = format!(r#"{{"room":"{}","seq":1,"why":"spam","text":"look"}}"#, two.room);
    let (status, _) = ask(&two.server, &two.ann.login, "POST", "reports", &report).await;
    assert!(status < 500);
    nobody_sees(&two, &strangers, "when it was reported").await;
    two.does(&two.ann.login, "POST", &format!("questions/{asked}/skip"), "").await;
    nobody_sees(&two, &strangers, "when it was skipped").await;
    let back = format!(r#"{{"back":"{asked}"}}"#);
    two.does(&two.ann.login, "POST", "questions", &back).await;
    nobody_sees(&two, &strangers, "when it was brought back").await;
    let keep = two.path("meeting/keep");
    for who in [&two.ann.login, &two.bob.login] {
        // Whether or not it is kept: the answer stays sealed.
        _ = ask(&two.server, who, "PUT", &keep, r#"{"keep":true}"#).await;
    }
    nobody_sees(&two, &strangers, "when the room was kept").await;
    let mut two = two.restarted().await;
    nobody_sees(&two, &strangers, "after a restart").await;
    let files = all_that_is_seen(&two, &two.bob.login, "secret").await;
    assert!(files.contains("secretfern"), "Bob sees his own");
    for file in ["book.md?show=all", "book.json?show=all"] {
        let path = format!("/rooms/{}/{file}", two.room);
        let cookie = &two.bob.login.cookie;
        let (status, file) = request(two.server.at, "GET", &path, Some(cookie), None).await;
        assert!(status == 200 && !file.contains("secret"), "not in what is taken along: {file}");
    }
    two.answers(&two.ann.login, asked, "mine").await;
    let seen = two.seen(&two.ann.login, asked).await;
    assert_eq!(seen.answers[0].theirs.text.as_str(), "secretfern", "now she does");
    let bytes = all_that_is_seen(&two, &moderator, "secret").await;
    assert!(!SECRETS.iter().any(|it| bytes.contains(it)), "a moderator never does");
    two.ann.say(two.room, "the end").await.unwrap();
    let mut after = Wire::open(&two.server, &two.ann.login, two.room).await;
    after.until("the end").await;
    wire.until("answered").await;
    for heard in [&wire.heard, &after.heard] {
        assert!(heard.contains("answered") && !heard.contains("secret"), "{heard}");
    }
}
