//! The table: rows are routes, columns are those who ask, letters are what they get.
//!
//! To add a route, add a row to [`SERVER_WIDE`], or to [`HERE`] where its path names a room.
//!
//! | letter | what one gets |
//! |---|---|
//! | `o` | let through: it is done, or refused for a reason that has nothing to do with who asks |
//! | `s` | sign in first |
//! | `a` | absent: there is no such room |
//! | `x` | not allowed |
//! | `e` | one must enter first |
//! | `p` | the room has a password |
//! | `b` | banned |
//! | `q` | only speakers speak |
//! | `i` | the invitation is over |
//! | `.` | there is nobody like that in such a room |

use crate::people::{Actor, Place, Standing};

/// A row: a request, and who gets what.
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// JSON for the API, a form's fields for the rest.
    pub(crate) body: &'static str,
    pub(crate) cells: &'static str,
}

const fn row(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    cells: &'static str,
) -> Row {
    Row { method, path, body, cells }
}

/// Routes that name no room. The columns: nobody, guest, member, moderator, admin, owner.
#[rustfmt::skip]
pub(crate) const SERVER_WIDE: &[Row] = &[
    //                                                                       n  g m M a o
    row("get",    "/",                              "",                     "o  o o o o o"),
    row("get",    "/forgot",                        "",                     "o  o o o o o"),
    row("get",    "/rooms",                         "",                     "s  o o o o o"),
    row("get",    "/rooms/new",                     "",                     "s  o o o o o"),
    row("get",    "/settings",                      "",                     "s  o o o o o"),
    row("get",    "/sign-in",                       "",                     "o  o o o o o"),
    row("post",   "/sign-in",                       "name=none",            "o  o o o o o"),
    row("get",    "/sign-up",                       "",                     "o  o o o o o"),
    row("post",   "/sign-up",                       "name=x",               "o  o o o o o"),
    row("get",    "/guest",                         "",                     "o  o o o o o"),
    row("post",   "/guest",                         "name=x",               "o  o o o o o"),
    row("post",   "/sign-out",                      "",                     "o  o o o o o"),
    row("post",   "/rooms/new",                     "name=A&kind=private&door=open&capacity=2",
                                                                            "s  x o o o o"),
    row("post",   "/settings/name",                 "name=x",               "s  o o o o o"),
    row("post",   "/settings/look",                 "",                     "o  o o o o o"),
    row("post",   "/settings/password",             "password=x",           "s  x o o o o"),
    row("post",   "/settings/account",              "name=x",               "s  o x x x x"),
    row("post",   "/settings/logins/{login}/end",   "",                     "s  o o o o o"),
    row("post",   "/settings/logins/end-others",    "",                     "s  o o o o o"),
    row("get",    "/match",                         "",                     "s  o o o o o"),
    row("get",    "/match/wishes",                  "",                     "s  o o o o o"),
    row("post",   "/match/wishes",                  "language-ko=on",       "s  x o o o o"),
    row("get",    "/match/standing",                "",                     "s  o o o o o"),
    row("post",   "/match/lookout",                 "language-ko=on",       "s  x o o o o"),
    row("post",   "/match/stop",                    "",                     "s  o o o o o"),
    row("post",   "/match/wish",                    "drop=mood",            "s  o o o o o"),
    row("post",   "/match/again",                   "",                     "s  o o o o o"),
    row("post",   "/match/proposals/{proposal}",    "answer=yes",           "s  o o o o o"),
    row("put",    "/api/v1/me/born",                "{\"year\":2000}",      "s  o o o o o"),
    row("get",    "/api/v1/match",                  "",                     "s  o o o o o"),
    row("put",    "/api/v1/match",                  "{\"languages\":[\"ko\"]}", "s  x o o o o"),
    row("delete", "/api/v1/match",                  "",                     "s  o o o o o"),
    row("get",    "/api/v1/match/standing",         "",                     "s  o o o o o"),
    row("put",    "/api/v1/match/lookout",          "{\"languages\":[\"ko\"]}", "s  x o o o o"),
    row("delete", "/api/v1/match/lookout",          "",                     "s  o o o o o"),
    row("put",    "/api/v1/match/proposals/{proposal}", "{\"yes\":true}",   "s  o o o o o"),
    row("get",    "/inbox",                         "",                     "s  o o o o o"),
    row("get",    "/people/{user}",                 "",                     "s  o o o o o"),
    row("get",    "/blocks",                        "",                     "s  o o o o o"),
    row("post",   "/people/{user}/write",           "",                     "s  x o o o o"),
    row("post",   "/people/{user}/block",           "",                     "s  o o o o o"),
    row("post",   "/people/{user}/unblock",         "",                     "s  o o o o o"),
    row("post",   "/api/v1/direct/{user}",          "",                     "s  x o o o o"),
    row("get",    "/api/v1/requests",               "",                     "s  o o o o o"),
    row("get",    "/api/v1/blocks",                 "",                     "s  o o o o o"),
    row("put",    "/api/v1/blocks/{user}",          "",                     "s  o o o o o"),
    row("delete", "/api/v1/blocks/{user}",          "",                     "s  o o o o o"),
    row("get",    "/notices",                       "",                     "s  o o o o o"),
    row("post",   "/notices/{notice}/confirm",      "",                     "s  o o o o o"),
    row("post",   "/people/{user}/report",          "why=spam",             "s  o o o o o"),
    row("get",    "/admin",                         "",                     "s  a a o o o"),
    row("get",    "/admin/people",                  "",                     "s  a a o o o"),
    row("get",    "/admin/rooms",                   "",                     "s  a a o o o"),
    row("get",    "/admin/reports",                 "",                     "s  a a o o o"),
    row("get",    "/admin/audit",                   "",                     "s  a a a o o"),
    row("get",    "/admin/nodes",                   "",                     "s  a a a o o"),
    row("get",    "/admin/announce",                "",                     "s  a a a o o"),
    row("get",    "/admin/packs",                   "",                     "s  a a a o o"),
    row("post",   "/admin/packs",                   "act=try&id=tea&toml=x", "s  x x x o o"),
    row("post",   "/admin/people/{user}",           "act=warn&reason=a",    "s  x x o o o"),
    row("post",   "/admin/rooms/{room}/close",      "",                     "s  x x x o o"),
    row("post",   "/admin/reports/{report}",        "decision=none",        "s  x x o o o"),
    row("post",   "/admin/nodes/{node}",            "drain=on",             "s  x x x o o"),
    row("post",   "/admin/announce",                "room=none&text=a",     "s  x x x a a"),
    row("put",    "/api/v1/people/{user}/role",     r#"{"role":"member"}"#, "s  x x x o o"),
    row("put",    "/api/v1/people/{user}/ban",      r#"{"secs":60,"reason":"a"}"#,
                                                                            "s  x x o o o"),
    row("delete", "/api/v1/people/{user}/ban",      "",                     "s  x x o o o"),
    row("put",    "/api/v1/people/{user}/mute",     r#"{"secs":60,"reason":"a"}"#,
                                                                            "s  x x o o o"),
    row("delete", "/api/v1/people/{user}/mute",     "",                     "s  x x o o o"),
    row("post",   "/api/v1/people/{user}/warnings", r#"{"reason":"a"}"#,    "s  x x o o o"),
    row("post",   "/api/v1/reports",                r#"{"against":"{user}","why":"spam"}"#,
                                                                            "s  o o o o o"),
    row("get",    "/api/v1/reports",                "",                     "s  x x o o o"),
    row("post",   "/api/v1/reports/{report}/decision", r#"{"decision":"none"}"#,
                                                                            "s  x x o o o"),
    row("get",    "/api/v1/notices",                "",                     "s  o o o o o"),
    row("post",   "/api/v1/notices/{notice}/confirm", "",                   "s  o o o o o"),
    row("get",    "/api/v1/audit",                  "",                     "s  x x x o o"),
    row("get",    "/later",                         "",                     "s  o o o o o"),
    row("post",   "/later/{id}",                    "",                     "s  o o o o o"),
    row("post",   "/later/{id}/cancel",             "",                     "s  o o o o o"),
    row("get",    "/api/v1/later",                  "",                     "s  o o o o o"),
    row("patch",  "/api/v1/later/{id}",             "{}",                   "s  o o o o o"),
    row("delete", "/api/v1/later/{id}",             "",                     "s  o o o o o"),
    row("delete", "/api/v1/reminders/{id}",         "",                     "s  o o o o o"),
    row("post",   "/api/v1/users",                  r#"{"name":"x","password":"x"}"#,
                                                                            "o  o o o o o"),
    row("post",   "/api/v1/guests",                 r#"{"name":"x"}"#,      "o  o o o o o"),
    row("post",   "/api/v1/logins",                 r#"{"name":"x","password":"x"}"#,
                                                                            "o  o o o o o"),
    row("get",    "/api/v1/logins",                 "",                     "s  o o o o o"),
    row("delete", "/api/v1/logins",                 "",                     "s  o o o o o"),
    row("delete", "/api/v1/logins/current",         "",                     "s  o o o o o"),
    row("delete", "/api/v1/logins/{login}",         "",                     "s  o o o o o"),
    row("get",    "/api/v1/me",                     "",                     "s  o o o o o"),
    row("patch",  "/api/v1/me",                     r#"{"name":"x"}"#,      "s  o o o o o"),
    row("put",    "/api/v1/me/password",            r#"{"current":"x","password":"x"}"#,
                                                                            "s  x o o o o"),
    row("post",   "/api/v1/me/account",             r#"{"name":"x","password":"x"}"#,
                                                                            "s  o x x x x"),
    row("get",    "/api/v1/directory",              "",                     "s  o o o o o"),
    row("get",    "/api/v1/rooms",                  "",                     "s  o o o o o"),
    row("post",   "/api/v1/rooms",                  r#"{"name":"A","kind":"private","capacity":2}"#,
                                                                            "s  x o o o o"),
    row("post",   "/api/v1/announcements",          r#"{"text":"a"}"#,      "s  x x x o o"),
    row("get",    "/api/v1/packs",                  "",                     "s  o o o o o"),
    row("put",    "/api/v1/packs/{pack}",           "id = 1",               "s  x x x o o"),
    row("delete", "/api/v1/packs/{pack}",           "",                     "s  x x x o o"),
    row("get",    "/api/v1/nodes",                  "",                     "s  x x x o o"),
    row("post",   "/api/v1/nodes/{node}/drain",     "",                     "s  x x x o o"),
    row("delete", "/api/v1/nodes/{node}/drain",     "",                     "s  x x x o o"),
    row("get",    "/api/v1/status",                 "",                     "o  o o o o o"),
    row("get",    "/api/v1/ready",                  "",                     "o  o o o o o"),
    row("get",    "/reset",                         "",                      "i  i i i i i"),
    row("get",    "/passreset",                     "",                      "o  o o o o o"),
    row("post",   "/forgot",                        "name=x",                "x  x x x x x"),
    row("post",   "/reset",                         "token=x&password=x",    "i  i i i i i"),
    row("post",   "/passreset",                     "name=x",                "x  x x x x x"),
    row("get",    "/settings/profile",              "",                      "s  o o o o o"),
    row("post",   "/settings/profile",              "",                      "s  o o o o o"),
    row("post",   "/settings/email",                "current=x",             "s  x o o o o"),
    row("post",   "/settings/one-login",            "",                      "s  o o o o o"),
    row("post",   "/settings/picture",              "",                      "s  o o o o o"),
    row("post",   "/settings/picture/remove",       "",                      "s  o o o o o"),
    row("post",   "/api/v1/resets",                 r#"{"name":"x"}"#,       "x  x x x x x"),
    row("put",    "/api/v1/resets/{token}",         r#"{"password":"x"}"#,   "o  o o o o o"),
    row("get",    "/api/v1/me/profile",             "",                      "s  o o o o o"),
    row("patch",  "/api/v1/me/profile",             "{}",                    "s  o o o o o"),
    row("put",    "/api/v1/me/email",               r#"{"current":"x","email":""}"#, "s  x o o o o"),
    row("put",    "/api/v1/me/one-login",           r#"{"one_login":false}"#, "s  o o o o o"),
    row("get",    "/api/v1/people/{user}",          "",                      "s  o o o o o"),
    row("get",    "/api/v1/people/{user}/picture",  "",                      "s  o o o o o"),
    row("put",    "/api/v1/me/picture",             "",                      "s  o o o o o"),
    row("delete", "/api/v1/me/picture",             "",                      "s  o o o o o"),
    // Sockets are upgraded by packets.rs; this is a plain request.
    row("get",    "/ws",                            "",                     "s  o o o o o"),
];

const KICK: &str = r#"{"act":"kick","user":"{user}"}"#;
const BAN: &str = r#"{"act":"ban","user":"{user}","secs":60}"#;
const UNBAN: &str = r#"{"act":"unban","user":"{user}"}"#;
const MUTE: &str = r#"{"act":"mute","user":"{user}","secs":60}"#;
const UNMUTE: &str = r#"{"act":"unmute","user":"{user}"}"#;
const SPEAKER: &str = r#"{"act":"speaker","user":"{user}","on":true}"#;
const TOPIC: &str = r#"{"act":"topic","topic":"t"}"#;
const SLOW: &str = r#"{"act":"slow","secs":0}"#;
const LOCK: &str = r#"{"act":"lock","on":false}"#;
const YIELD: &str = r#"{"act":"yield","user":"{user}"}"#;
const COHOST: &str = r#"{"act":"cohost","user":"{user}","on":true}"#;
const SUCCESSOR: &str = r#"{"act":"successor","user":null}"#;
const RENAME: &str = r#"{"act":"rename","name":"{name}"}"#;
const CAPACITY: &str = r#"{"act":"capacity","capacity":{capacity}}"#;
const DOOR: &str = r#"{"act":"door","door":"{door}"}"#;
const CLOSE: &str = r#"{"act":"close"}"#;

/// Routes of a room. The groups of columns: a channel, an open room (private or temporary), one
/// with a password, a hidden one, a large one, a direct one. In each: nobody; a stranger, and one
/// who moderates the server; a member, and one who moderates; a co-host; the host; one who is
/// banned, and one who moderates.
#[rustfmt::skip]
pub(crate) const HERE: &[Row] = &[
    //                                              nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB
    row("get",    "/rooms/{room}", "",             "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("get",    "/rooms/{room}/settings", "",    "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("get",    "/rooms/{room}/speed", "",       "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("post",   "/rooms/{room}/speed", "act=start&rounds=1&mins=1&in_mins=60",
                                                   "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("get",    "/api/v1/rooms/{room}/speed", "", "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("put",    "/api/v1/rooms/{room}/speed/me", "", "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("delete", "/api/v1/rooms/{room}/speed/me", "", "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("get",    "/rooms/{room}/enter", "",       "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/enter", "",       "soooo..bb | soooooobb | sppoooobb | saaooooaa | soooooobb | saaoo...."),
    row("get",    "/rooms/{room}/leave", "",       "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/leave", "",       "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saa......"),
    row("get",    "/rooms/{room}/meeting", "",     "soooo..oo | soooooooo | soooooooo | soooooooo | soooooooo | soooo...."),
    row("post",   "/rooms/{room}/meeting", "act=keep", "seexx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("get",    "/api/v1/rooms/{room}/meeting", "", "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("put",    "/api/v1/rooms/{room}/meeting/keep", r#"{"keep":true}"#,
                                                   "seexx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("put",    "/api/v1/rooms/{room}/meeting/openness", r#"{"openness":"names"}"#,
                                                   "seexx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/meeting/leave", r#"{"block":true,"next":false}"#,
                                                   "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("get",    "/rooms/{room}/acts", "",        "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/acts", "act=topic&topic=t",
                                                   "sxxxx..xx | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("get",    "/rooms/{room}/invites", "",     "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/invites", "",     "sxxxx..xx | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/rooms/{room}/invites/{invite}/end", "",
                                                   "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("get",    "/rooms/{room}/waiting", "",     "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/waiting", "",     "soooo..bb | soooooobb | sppoooobb | saaooooaa | soooooobb | saaoo...."),
    row("post",   "/rooms/{room}/waiting/end", "", "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("get",    "/invite/{token}", "",           "siiii..ii | soooooooo | soooooooo | sooooooii | soooooooo | siiii...."),
    row("post",   "/invite/{token}", "",           "siiii..ii | soooooobb | soooooobb | sooooooii | soooooobb | siiii...."),
    row("get",    "/rooms/{room}/say", "",         "ooooo..oo | ooooooooo | ooooooooo | ooooooooo | ooooooooo | ooooo...."),
    row("post",   "/rooms/{room}/say", "text=hi",  "sxxoo..xx | sxxooooxx | sxxooooxx | saaooooaa | sxxxoooxx | saaoo...."),
    row("post",   "/rooms/{room}/later", "text=hi&when=60",
                                                   "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/rooms/{room}/entries/{seq}/reminders", "when=60",
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/api/v1/rooms/{room}/later", r#"{"cid":"{cid}","text":"hi","at":{at}}"#,
                                                   "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/api/v1/rooms/{room}/entries/{seq}/reminders", r#"{"at":{at}}"#,
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/rooms/{room}/answer", "answer=accept",
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/rooms/{room}/quiet", "quiet=on", "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/api/v1/requests/{room}", r#"{"answer":"accept"}"#,
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("put",    "/api/v1/rooms/{room}/quiet", "", "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("delete", "/api/v1/rooms/{room}/quiet", "", "seeoo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("get",    "/api/v1/rooms/{room}", "",      "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("get",    "/api/v1/rooms/{room}/entries", "",
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("post",   "/api/v1/rooms/{room}/entries", r#"{"cid":"{cid}","text":"hi"}"#,
                                                   "seeoo..ee | seeooooee | seeooooee | saaooooaa | seeqoooee | saaoo...."),
    row("get",    "/api/v1/rooms/{room}/people", "",
                                                   "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...."),
    row("put",    "/api/v1/rooms/{room}/members/me", "",
                                                   "soooo..bb | soooooobb | sppoooobb | saaooooaa | soooooobb | saaoo...."),
    row("delete", "/api/v1/rooms/{room}/members/me", "",
                                                   "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saa......"),
    row("get",    "/api/v1/rooms/{room}/waiting/me", "",
                                                   "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("put",    "/api/v1/rooms/{room}/waiting/me", "",
                                                   "soooo..bb | soooooobb | sppoooobb | saaooooaa | soooooobb | saaoo...."),
    row("delete", "/api/v1/rooms/{room}/waiting/me", "",
                                                   "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saaoo...."),
    row("get",    "/api/v1/rooms/{room}/sanctions", "",
                                                   "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("get",    "/api/v1/rooms/{room}/invites", "",
                                                   "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/invites", "{}",
                                                   "sxxxx..xx | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("delete", "/api/v1/rooms/{room}/invites/{invite}", "",
                                                   "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/rooms/{room}/daily", "on=false", "sxoxo..xo | sxxxxxxxx | sxxxxxxxx | saaxxxxaa | sxxxxxxxx | saaxx...."),
    row("put",    "/api/v1/rooms/{room}/daily", "", "sxoxo..xo | sxxxxxxxx | sxxxxxxxx | saaxxxxaa | sxxxxxxxx | saaxx...."),
    row("delete", "/api/v1/rooms/{room}/daily", "", "sxoxo..xo | sxxxxxxxx | sxxxxxxxx | saaxxxxaa | sxxxxxxxx | saaxx...."),
    // There are no questions but where two who were matched talk.
    row("get",    "/rooms/{room}/book", "",        "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("get",    "/rooms/{room}/questions", "",   "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("post",   "/rooms/{room}/questions", "act=ask",
                                                   "seexx..ee | seexxxxee | seexxxxee | saaxxxxaa | seexxxxee | saaxx...."),
    row("get",    "/rooms/{room}/book.md", "",     "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("get",    "/rooms/{room}/book.json", "",   "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("get",    "/api/v1/rooms/{room}/book", "", "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/questions", "{}",
                                                   "seexx..ee | seexxxxee | seexxxxee | saaxxxxaa | seexxxxee | saaxx...."),
    row("put",    "/api/v1/rooms/{room}/questions/{asked}/answer", r#"{"text":"hi"}"#,
                                                   "seexx..ee | seexxxxee | seexxxxee | saaxxxxaa | seexxxxee | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/questions/{asked}/skip", "",
                                                   "seexx..ee | seexxxxee | seexxxxee | saaxxxxaa | seexxxxee | saaxx...."),
    row("put",    "/api/v1/rooms/{room}/questions/settings", "{}",
                                                   "seexx..ee | seexxxxee | seexxxxee | saaxxxxaa | seexxxxee | saaxx...."),
    row("get",    "/api/v1/invites/{token}", "",   "siiii..ii | soooooooo | soooooooo | sooooooii | soooooooo | siiii...."),
    row("post",   "/api/v1/invites/{token}", "",   "siiii..ii | soooooobb | soooooobb | sooooooii | soooooobb | siiii...."),
    // Acts of co-hosts.
    row("post",   "/api/v1/rooms/{room}/acts", KICK,      "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", BAN,       "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", UNBAN,     "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", MUTE,      "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", UNMUTE,    "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", SPEAKER,   "sxxxx..xx | sxxxxxxxx | sxxxxxxxx | saaxxxxaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", TOPIC,     "sxxxx..xx | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", SLOW,      "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", LOCK,      "sxoxo..xo | sxoxoooxo | sxoxoooxo | saaxxooaa | sxoxoooxo | saaxx...."),
    // Acts of hosts.
    row("post",   "/api/v1/rooms/{room}/acts", YIELD,     "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", COHOST,    "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", SUCCESSOR, "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", RENAME,    "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", CAPACITY,  "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", DOOR,      "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
    row("post",   "/api/v1/rooms/{room}/acts", CLOSE,     "sxxxx..xx | sxxxxxoxx | sxxxxxoxx | saaxxxoaa | sxxxxxoxx | saaxx...."),
];

/// The letter that the table has for somebody in a room; none where nobody is so.
pub(crate) fn cell(row: &Row, place: Place, actor: Actor) -> Option<char> {
    let group = match place {
        Place::Channel => 0,
        Place::Open | Place::Temporary => 1,
        Place::Password => 2,
        Place::Hidden => 3,
        Place::Large => 4,
        Place::Direct => 5,
    };
    let column = match (actor.role, actor.standing, actor.moderates()) {
        (None, ..) => 0,
        (_, Standing::Stranger, false) => 1,
        (_, Standing::Stranger, true) => 2,
        (_, Standing::Member, false) => 3,
        (_, Standing::Member, true) => 4,
        (_, Standing::Cohost, _) => 5,
        (_, Standing::Host, _) => 6,
        (_, Standing::Banned, false) => 7,
        (_, Standing::Banned, true) => 8,
    };
    let group = row.cells.split('|').nth(group)?.trim();
    group.chars().nth(column).filter(|it| *it != '.')
}
