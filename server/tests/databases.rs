//! The program and its database from outside: what cannot be used is told in one line that names
//! the key and hides the password, and nothing is damaged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/database.rs"]
mod database;

use database::{Database, run};
use server::store::Store;
use sqlx::{Connection as _, PgConnection};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    process::{Command, Output},
    time::Instant,
};
use tempfile::TempDir;

fn command(folder: &TempDir, url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    command.current_dir(folder).env_clear().env("MARU_DATABASE_URL", url).args(args);
    command
}

fn maru(folder: &TempDir, url: &str, args: &[&str]) -> Output {
    command(folder, url, args).output().unwrap()
}

/// A command that opens the database.
const OPENS: &[&str] = &["user", "add", "Ann"];

/// Expects exit code 2 and one line with all of `words`, and no password.
#[track_caller]
fn refuses(output: &Output, words: &[&str]) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    for word in words {
        assert!(told.contains(word), "no {word:?} in {told}");
    }
}

/// The address with another user, password, port or database.
fn with(url: &str, login: &str, database: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    let (host, _) = rest.split_once('/').unwrap();
    format!("postgres://{login}@{host}/{database}")
}

#[test]
fn an_address_where_nobody_listens_is_told_after_a_few_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://maru:hunter2@{free}/maru");
    let began = Instant::now();
    refuses(&maru(&folder, &url, OPENS), &["database_url", "maru:…@127.0.0.1", "start PostgreSQL"]);
    assert!(began.elapsed().as_secs() < 15, "it does not wait for ever");
}

#[test]
fn something_else_that_listens_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://maru:hunter2@{}/maru", other.local_addr().unwrap());
    let talk = std::thread::spawn(move || {
        // As a web server does.
        let (mut socket, _) = other.accept().unwrap();
        _ = socket.read(&mut [0; 64]);
        _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    refuses(&maru(&folder, &url, OPENS), &["database_url", "maru:…@127.0.0.1"]);
    talk.join().unwrap();
}

#[test]
fn a_mistyped_parameter_is_named_and_its_value_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://maru@127.0.0.1/maru?passwort=hunter2";
    refuses(&maru(&folder, url, OPENS), &["database_url", "passwort"]);
    let output = maru(&folder, "", &["migrate-store", "--from", "sqlite:a", "--to", url]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("passwort"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_server_that_says_nothing_is_told_after_a_few_seconds() {
    let folder = tempfile::tempdir().unwrap();
    // Let in and ready for a query, of which nothing comes back; or not even that.
    for welcome in [b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I".as_slice(), b""] {
        let mute = TcpListener::bind("127.0.0.1:0").unwrap();
        let url =
            format!("postgres://maru:hunter2@{}/maru?sslmode=disable", mute.local_addr().unwrap());
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            while let Ok((mut socket, _)) = mute.accept() {
                _ = socket.read(&mut [0; 1024]);
                _ = socket.write_all(welcome);
                kept.push(socket);
            }
        });
        let began = Instant::now();
        refuses(&maru(&folder, &url, OPENS), &["database_url", "maru:…@127.0.0.1", "timed out"]);
        assert!(began.elapsed().as_secs() < 20, "it does not wait for ever");
    }
}

#[test]
fn a_file_that_is_no_database_or_of_a_newer_version_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text"), "this is no database, but long enough".repeat(99))
        .unwrap();
    refuses(&maru(&folder, "sqlite:text", OPENS), &["database_url", "sqlite:text"]);
    refuses(&maru(&folder, "sqlite:none/maru.db", OPENS), &["database_url", "none/maru.db"]);
    assert!(maru(&folder, "sqlite:kept.db", OPENS).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = format!("sqlite:{}", folder.path().join("kept.db").display());
        let mut file = sqlx::SqliteConnection::connect(&path).await.unwrap();
        sqlx::query(FUTURE).execute(&mut file).await.unwrap();
        file.close().await.unwrap();
    });
    let output = maru(&folder, "sqlite:kept.db", OPENS);
    refuses(&output, &["database_url", "newer version", "20990101000000"]);
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::rename(folder.path().join("kept.db"), folder.path().join("data/maru.db")).unwrap();
    refuses(&maru(&folder, "", OPENS), &["data_dir", "newer version"]);
}

/// The trace of a migration that is not known here.
const FUTURE: &str = "insert into _sqlx_migrations
     (version, description, installed_on, success, checksum, execution_time)
     values (20990101000000, 'later', current_timestamp, true, '', 1)";

#[tokio::test]
async fn a_database_that_a_server_uses_keeps_its_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let file = format!("sqlite:{}", folder.path().join("maru.db").display());
    for url in [file].into_iter().chain(database.iter().map(Database::url)) {
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        let output = maru(&folder, &url, &["new-epoch"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains("stop every node first"), "{told}");
        let epoch = store.epoch();
        store.close().await;
        assert_eq!(Store::open(&url.parse().unwrap()).await.unwrap().epoch(), epoch);
    }
}

#[tokio::test]
async fn a_move_that_is_killed_in_the_middle_leaves_the_target_empty() {
    let Some(database) = Database::new().await else { return };
    let folder = tempfile::tempdir().unwrap();
    assert!(maru(&folder, "sqlite:old.db", OPENS).status.success());
    let from = format!("sqlite:{}", folder.path().join("old.db").display());
    let source = Store::open(&from.parse().unwrap()).await.unwrap();
    source.take_fence("caretaker").await.unwrap();
    source.close().await;
    Store::open(&database.url().parse().unwrap()).await.unwrap().close().await;
    // Accounts are written, and what comes after them waits for this one.
    let mut blocker = PgConnection::connect(&database.url()).await.unwrap();
    sqlx::raw_sql("begin; lock table lease in exclusive mode").execute(&mut blocker).await.unwrap();
    let to = database.url();
    let args = ["migrate-store", "--from", &from, "--to", &to];
    let mut moving = command(&folder, "", &args).spawn().unwrap();
    let waiting = "select count(*) from pg_locks where not granted
         and relation = 'lease'::regclass";
    loop {
        let (count,): (i64,) = sqlx::query_as(waiting).fetch_one(&mut blocker).await.unwrap();
        if count > 0 {
            break;
        }
        assert_eq!(moving.try_wait().unwrap(), None, "it has not ended");
        tokio::task::yield_now().await;
    }
    moving.kill().unwrap();
    moving.wait().unwrap();
    let sql = "select (select count(*) from account) + (select count(*) from lease)";
    let (kept,): (i64,) = sqlx::query_as(sql).fetch_one(&mut blocker).await.unwrap();
    assert_eq!(kept, 0);
    blocker.close().await.unwrap();
    let output = maru(&folder, "", &args);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("account: 1"), "{output:?}");
    assert!(maru(&folder, &to, &["user", "role", "ann", "owner"]).status.success());
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_told() {
    let options = "encoding 'LATIN1' template template0 locale 'C'";
    let Some(database) = Database::made_with(options).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = maru(&folder, &database.url(), OPENS);
    refuses(&output, &["database_url", "LATIN1", "createdb -E UTF8 -T template0"]);
}

#[tokio::test]
async fn what_postgresql_refuses_is_told() {
    let Some(database) = Database::new().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = database.url();
    let role = url.rsplit_once('/').unwrap().1.replace("test_", "role_");
    run(&url, &format!("create role {role} login")).await;

    refuses(
        &maru(&folder, &with(&url, "maru:hunter2", "none_such"), OPENS),
        &["database_url", "maru:…@", "none_such", "createdb"],
    );
    // Of this one role the test's server wants a password.
    for login in ["nobody_such:hunter2", "guarded:hunter2"] {
        let output = maru(&folder, &with(&url, login, "postgres"), OPENS);
        let name = login.split_once(':').unwrap().0;
        refuses(&output, &["database_url", name, "mend user and password"]);
    }
    let name = url.rsplit_once('/').unwrap().1;
    let output = maru(&folder, &with(&url, &role, name), OPENS);
    refuses(&output, &["database_url", "permission denied", "right to make tables"]);

    assert!(maru(&folder, &url, OPENS).status.success());
    database.execute(FUTURE).await;
    refuses(&maru(&folder, &url, OPENS), &["database_url", "newer version", "20990101000000"]);
    database.execute("delete from _sqlx_migrations where version = 20990101000000").await;
    let output = maru(&folder, &url, &["user", "role", "ann", "owner"]);
    assert!(output.status.success(), "nothing was damaged: {output:?}");
    let output = maru(&folder, &url, &["backup", "copy.db"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("pg_dump"), "{output:?}");
    assert!(maru(&folder, &url, &["new-epoch"]).status.success());

    // Home again, into a file, and never twice.
    let home = |to: &str| maru(&folder, &url, &["migrate-store", "--from", &url, "--to", to]);
    let output = home("sqlite:home.db");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("account: 1"), "{output:?}");
    let output = home("sqlite:home.db");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("empty database"), "{told}");
    assert!(maru(&folder, "sqlite:home.db", &["user", "role", "ann", "owner"]).status.success());
    run(&url, &format!("drop role {role}")).await;
}
