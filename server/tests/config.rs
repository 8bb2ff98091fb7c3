//! The configuration from outside: the program ends its start with one line that says what to
//! mend, and the commands do what they say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// The program in a folder of its own, with nothing of this environment.
fn maru(folder: &TempDir, env: &[(&str, &str)], args: &[&str]) -> Output {
    command(folder, env, args).stdin(Stdio::null()).output().unwrap()
}

fn command(folder: &TempDir, env: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    command.current_dir(folder).env_clear().envs(env.iter().copied()).args(args);
    command
}

/// Expects the start to end with exit code 2 and one line that has all of `words`.
#[track_caller]
fn refuses(output: &Output, words: &[&str]) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    for word in words {
        assert!(told.contains(word), "no {word:?} in {told}");
    }
}

fn with_file(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("maru.toml"), text).unwrap();
    folder
}

#[test]
fn bad_values_name_key_value_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    for (key, value, words) in [
        ("MARU_LISTEN", "nowhere", &["listen", "nowhere", "127.0.0.1:3000"][..]),
        ("MARU_LISTEN", "127.0.0.1:99999", &["listen", "99999"]),
        ("MARU_METRICS_LISTEN", "maybe", &["metrics_listen", "maybe", "off"]),
        ("MARU_ORIGINS", "https://a.example, b.example", &["origins", "b.example", "https://"]),
        ("MARU_PROXIES", "somewhere", &["proxies", "somewhere"]),
        ("MARU_PROXIES", "127.0.0.1, 10.0.0.5/8", &["proxies", "10.0.0.5/8", "10.0.0.0/8"]),
        ("MARU_FORWARDED_HEADER", "x-real-ip", &["forwarded_header", "x-real-ip", "off"]),
        ("MARU_HELLO_SECS", "18446744073709551615", &["hello_secs", "two years"]),
        ("MARU_OFFLINE_LEAVE_SECS", "63072001", &["offline_leave_secs", "63072000"]),
        ("MARU_LOG", "server=loudest", &["log", "loudest", "info"]),
        ("MARU_LOG_FORMAT", "xml", &["log_format", "xml", "text or json"]),
        ("MARU_OFFLINE_LEAVE_SECS", "0", &["offline_leave_secs", "0"]),
        ("MARU_LIMITS__SENDS_PER_SEC", "many", &["limits.sends_per_sec", "many", "number"]),
        ("MARU_LIMITS__SENDS_PER_SEC", "-1", &["limits.sends_per_sec", "-1"]),
        ("MARU_LIMITS__SENDS_BURST", "0", &["limits.sends_burst", "0"]),
        ("MARU_CHANNELS", "Big Hall", &["channels", "Big Hall"]),
        ("MARU_CHANNELS", "", &["channels"]),
        ("MARU_CHANNELS", "plaza,new", &["channels", "plaza", "\"new\"", "another"]),
        ("MARU_CHANNELS", "all", &["channels", "\"all\"", "another"]),
        ("MARU_REDIS_URL", "localhost:6379", &["redis_url", "…", "redis://"]),
        ("MARU_NODE_NAME", "two words", &["node_name", "two words", "another for each node"]),
        ("MARU_DRAIN_SPREAD_SECS", "0", &["drain_spread_secs", "0"]),
    ] {
        refuses(&maru(&folder, &[(key, value)], &["config", "check"]), words);
    }
}

#[test]
fn unknown_keys_are_told_with_the_one_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let output = maru(&folder, &[("MARU_LISTNE", "127.0.0.1:1")], &[]);
    refuses(&output, &["MARU_LISTNE", "MARU_LISTEN"]);
    let output = maru(&folder, &[("MARU_LIMITS__SEND_PER_SEC", "1")], &[]);
    refuses(&output, &["MARU_LIMITS__SENDS_PER_SEC"]);
    refuses(&maru(&folder, &[("MARU_TEAPOT", "1")], &[]), &["MARU_TEAPOT", "remove it"]);
    let folder = with_file("listen = \"127.0.0.1:3000\"\nlistne = 1\n");
    refuses(&maru(&folder, &[], &[]), &["maru.toml", "listne", "\"listen\""]);
    let folder = with_file("[limits]\nsends = 1\n");
    refuses(&maru(&folder, &[], &[]), &["maru.toml", "limits.sends"]);
    let folder = with_file("[[channels]]\nname = \"hall\"\ncolour = \"red\"\n");
    refuses(&maru(&folder, &[], &[]), &["maru.toml", "channels", "colour"]);
    let output = maru(&folder, &[], &["--set", "teapot=1"]);
    refuses(&output, &["teapot"]);
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    refuses(&maru(&folder, &[], &["--config", "none.toml"]), &["none.toml"]);
    refuses(&maru(&folder, &[("MARU_CONFIG", "other.toml")], &[]), &["other.toml"]);
    let folder = with_file("listen = \n");
    refuses(&maru(&folder, &[], &[]), &["maru.toml"]);
}

#[test]
fn a_secret_is_never_shown_and_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres//maru:hunter2@db/maru";
    let output = maru(&folder, &[("MARU_DATABASE_URL", url)], &[]);
    refuses(&output, &["database_url", "MARU_DATABASE_URL", "postgres://USER"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
    fs::write(folder.path().join("secret"), format!("{url}\n")).unwrap();
    let output = maru(&folder, &[("MARU_DATABASE_URL_FILE", "secret")], &[]);
    refuses(&output, &["database_url", "MARU_DATABASE_URL_FILE", "postgres://USER"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
    fs::write(folder.path().join("secret"), "postgres://maru:hunter2@db/maru\n").unwrap();
    let env = [("MARU_DATABASE_URL_FILE", "secret")];
    let output = maru(&folder, &env, &["config", "check"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("postgres://maru:…@db/maru") && !told.contains("hunter2"), "{told}");
    let output = maru(&folder, &[("MARU_DATABASE_URL_FILE", "none")], &[]);
    refuses(&output, &["MARU_DATABASE_URL_FILE", "none"]);
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let folder = with_file(
        "name = \"of the file\"\nlisten = \"127.0.0.1:1001\"\ndata_dir = \"kept\"\n\
         origins = [\"https://a.example\"]\n[limits]\nsends_per_sec = 7\n\
         [[channels]]\nname = \"마루\"\ntopic = \"hall\"\ncapacity = 9\n",
    );
    let env = [("MARU_NAME", "of the variable"), ("MARU_LISTEN", "127.0.0.1:1002")];
    let args = ["config", "check", "--listen", "127.0.0.1:1003", "--set", "limits.sends_burst=8"];
    let output = maru(&folder, &env, &args);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for word in [
        "of the variable",
        "127.0.0.1:1003",
        "kept",
        "https://a.example",
        "sends_per_sec: 7",
        "sends_burst: 8",
        "마루",
        "capacity: 9",
    ] {
        assert!(told.contains(word), "no {word:?} in {told}");
    }
    assert!(folder.path().join("kept").is_dir());
}

#[test]
fn a_port_in_use_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    let env = [("MARU_LISTEN", at.as_str()), ("MARU_METRICS_LISTEN", "off"), ("MARU_LOG", "error")];
    refuses(&maru(&folder, &env, &[]), &["listen", &at, "in use", "MARU_LISTEN"]);
    let env = [
        ("MARU_LISTEN", "127.0.0.1:0"),
        ("MARU_METRICS_LISTEN", at.as_str()),
        ("MARU_LOG", "error"),
    ];
    refuses(&maru(&folder, &env, &[]), &["metrics_listen", &at, "in use", "MARU_METRICS_LISTEN"]);
}

#[test]
fn nobody_and_somebody_else_are_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap().to_string();
    let answers = std::thread::spawn(move || {
        for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "SSH-2.0\r\n", ""] {
            let (mut stream, _) = other.accept().unwrap();
            _ = stream.read(&mut [0; 1_024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let ask = || {
        let output = maru(&folder, &[("MARU_LISTEN", &at)], &["check-ready"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for expected in ["503", "SSH-2.0", "\"\""] {
        let told = ask();
        assert!(told.contains("not ready") && told.contains(expected), "{told}");
    }
    answers.join().unwrap();
    let told = ask();
    assert!(told.contains(&at) && told.contains("refused"), "{told}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    for dir in ["file", "file/data", "/proc/maru"] {
        let output = maru(&folder, &[("MARU_DATA_DIR", dir), ("MARU_LOG", "error")], &[]);
        refuses(&output, &["data_dir", dir, "MARU_DATA_DIR"]);
    }
}

fn rows(folder: &Path) -> bool {
    folder.join("data").join("maru.db").is_file()
}

#[test]
fn users_are_made_and_changed_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| maru(&folder, &[], args);
    let made = run(&["user", "add", "Ann", "--role", "admin"]);
    let told = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success() && told.starts_with("Ann: "), "{made:?}");
    assert!(told.trim().len() >= "Ann: ".len() + 20, "{told}");
    assert!(rows(folder.path()));
    for (args, word) in [
        (&["user", "add", "Аnn"][..], "taken"),
        (&["user", "add", "x"], "wrong length"),
        (&["user", "role", "Nobody", "admin"], "no user"),
        (&["user", "reset-password", "Nobody"], "no user"),
        (&["backup", "data/maru.db"], "already there"),
    ] {
        let output = run(args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?} {told}");
        assert!(told.lines().count() == 1 && told.contains(word), "{args:?} {told}");
    }
    // The first account owns the server, and there must be an owner.
    assert!(!run(&["user", "role", "ann", "member"]).status.success());
    assert!(run(&["user", "add", "Bob"]).status.success());
    assert!(run(&["user", "role", "bob", "moderator"]).status.success());
    assert!(run(&["user", "reset-password", "ann"]).status.success());
    assert!(run(&["backup", "copy.db"]).status.success());
    assert!(folder.path().join("copy.db").is_file());
}

#[test]
fn a_password_is_read_from_the_input_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let add = |name: &str, password: &str| {
        let mut child = command(&folder, &[], &["user", "add", name, "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let good = add("Ann", "correct horse battery\n");
    assert!(good.status.success(), "{good:?}");
    assert!(!String::from_utf8_lossy(&good.stdout).contains("horse"));
    assert!(!add("Bob", "short\n").status.success());
}

#[test]
fn a_bad_mail_server_is_told_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let from = ("MARU_MAIL_FROM", "Maru <maru@chat.example>");
    for (env, words) in [
        (
            vec![from, ("MARU_SMTP_URL", "smpt://ann:hunter2@mail.example")],
            &["smtp_url", "smpt://…@mail.example", "smtps://"][..],
        ),
        (vec![("MARU_SMTP_URL", "smtps://ann:hunter2@mail.example")], &["mail_from", "maru@"]),
        (
            vec![("MARU_SMTP_URL", "smtp://127.0.0.1"), ("MARU_MAIL_FROM", "nobody")],
            &["mail_from", "nobody"],
        ),
    ] {
        let output = maru(&folder, &env, &["config", "check"]);
        refuses(&output, words);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
    }
    let good = [from, ("MARU_SMTP_URL", "smtps://ann:hunter2@mail.example")];
    assert!(maru(&folder, &good, &["config", "check"]).status.success());
}

#[test]
fn a_link_for_a_new_password_is_printed_for_accounts_only() {
    let folder = tempfile::tempdir().unwrap();
    let env = [("MARU_ORIGINS", "https://chat.example"), ("MARU_DATA_DIR", "data")];
    let run = |args: &[&str]| maru(&folder, &env, args);
    assert!(run(&["user", "add", "Ann"]).status.success());
    let link = run(&["user", "reset-link", "ann"]);
    let told = String::from_utf8_lossy(&link.stdout);
    let token = told.trim().strip_prefix("https://chat.example/reset?token=").expect("a link");
    assert_eq!(token.len(), 64, "{told}");
    assert!(!run(&["user", "reset-link", "Nobody"]).status.success());
}
