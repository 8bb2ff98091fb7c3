//! Faults of the database as a whole: copied while it is written, set back, ahead of its servers.

use super::Scene;
use crate::faults::{
    deploy::{Deployment, damage_of_file},
    history::{Event, Happened, Logs, Micros},
    logs::Database,
    postgres::Postgres,
    process::Program,
};
use anyhow::{Context as _, Result, ensure};
use app::protocol::ids::{Cid, Epoch, RoomId, Seq};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A copy, a backup or its way back may take so long.
const COPY_MAX: Duration = Duration::from_mins(2);
/// After the database was set back all clients are consistent within this time.
const RESTORED_MAX: Duration = Duration::from_secs(15);
/// A server that is too old for its database says so within this time.
const REFUSED_MAX: Duration = Duration::from_secs(10);
/// A configuration or database that must be mended.
const MISCONFIGURED: i32 = 2;
/// After a migration sends go on within this time.
const ANSWERED_MAX: Duration = Duration::from_secs(5);
/// After a restart all clients are consistent within this time.
const RESTARTED_MAX: Duration = Duration::from_secs(15);

/// What a power cut leaves of the last write to the log may be so long.
const TORN_MAX: usize = 5_000;
/// With every so many copies there is a backup as the documentation makes it.
const BACK_UP_EVERY: u32 = 5;
/// The database into which a dump is restored beside the real one.
const BESIDE: &str = "beside";

/// F18: the files of the live database are copied in one moment, and each copy is opened.
pub(super) async fn live(scene: &mut Scene) -> Result<()> {
    let mut copies = 0_u32;
    while copies == 0 || !scene.is_over_in(Duration::ZERO) {
        let before = scene.now();
        let folder = scene.deployment.folder().join(format!("copy-{copies}"));
        if scene.deployment.postgres.is_some() {
            copy_cluster(scene, &folder, before).await?;
        } else {
            copy_file(scene, &folder, before).await?;
        }
        if copies.is_multiple_of(BACK_UP_EVERY) {
            let folder = folder.join("backup");
            if scene.deployment.postgres.is_some() {
                dump_beside(scene, &folder).await?;
            } else {
                back_up_beside(scene, &folder).await?;
            }
        }
        fs::remove_dir_all(&folder)?;
        copies += 1;
        scene.figure("copies", f64::from(copies));
        tokio::time::sleep(scene.scaled(Duration::from_millis(500))).await;
    }
    Ok(())
}

async fn copy_file(scene: &mut Scene, folder: &Path, before: Micros) -> Result<()> {
    fs::create_dir(folder)?;
    let data = scene.deployment.folder().join("data");
    let mut names = vec!["maru.db", "maru.db-wal"];
    if scene.chance.percent(50) {
        names.push("maru.db-shm");
    }
    // Stopped for a moment, so that the files belong together, as after a power cut.
    let stopped = scene.deployment.nodes[0].stop_for_now().await;
    let copied: Result<Vec<u64>, _> =
        names.iter().map(|it| fs::copy(data.join(it), folder.join(it))).collect();
    scene.deployment.nodes[0].pause(false)?;
    stopped?;
    copied?;
    if scene.chance.percent(50) {
        tear(scene, &folder.join("maru.db-wal"))?;
    }
    is_sound(scene, folder, before).await
}

/// A write to the log that a power cut ended.
fn tear(scene: &mut Scene, log: &Path) -> Result<()> {
    let length = 1 + scene.chance.below(TORN_MAX);
    let garbage: Vec<u8> = (0..length).map(|_| scene.chance.next().to_le_bytes()[0]).collect();
    Ok(OpenOptions::new().append(true).open(log)?.write_all(&garbage)?)
}

/// Maru itself makes a copy while it runs.
async fn back_up_beside(scene: &mut Scene, folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    let before = scene.now();
    back_up(&scene.deployment, &folder.join("maru.db")).await?;
    scene.time("backup_ms", Duration::from_micros(scene.now().since(before)));
    is_sound(scene, folder, before).await
}

/// Maru opens the copy in that folder and can write to it; nothing is damaged or missing.
async fn is_sound(scene: &mut Scene, folder: &Path, before: Micros) -> Result<()> {
    let log = scene.deployment.folder().join("copies.log");
    let node = &scene.deployment.nodes[0];
    let program = Program::new(&node.server, &log, "KILL").env("MARU_DATA_DIR", folder);
    let opened = program.args(["user", "add", "opener"]).run(COPY_MAX).await;
    scene.must(opened.is_ok(), || format!("Maru cannot use a copy: {opened:?}"));
    let file = folder.join("maru.db");
    let damage = damage_of_file(&file).await?;
    scene.must(damage.is_none(), || format!("a copy is damaged: {}", damage.unwrap_or_default()));
    has_all(scene, &Database::File(file).logs().await?, before);
    Ok(())
}

/// `pg_dump` makes a copy while the servers run, and it is restored beside.
async fn dump_beside(scene: &mut Scene, folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    let before = scene.now();
    let file = folder.join("maru.dump");
    back_up(&scene.deployment, &file).await?;
    scene.time("backup_ms", Duration::from_micros(scene.now().since(before)));
    let postgres = scene.deployment.postgres.as_ref().context("no PostgreSQL")?;
    let (url, log) = (postgres.url_of(BESIDE), scene.deployment.folder().join("backup.log"));
    let mut connection = PgConnection::connect(&postgres.url()).await?;
    sqlx::raw_sql("create database beside").execute(&mut connection).await?;
    let program = Program::new(Postgres::tool("pg_restore")?, &log, "KILL");
    program.args(["--no-owner", "--dbname", &url]).arg(&file).run(COPY_MAX).await?;
    has_all(scene, &Database::Postgres(url).logs().await?, before);
    sqlx::raw_sql("drop database beside").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

async fn copy_cluster(scene: &mut Scene, folder: &Path, before: Micros) -> Result<()> {
    let postgres = scene.deployment.postgres.as_ref().context("no PostgreSQL")?;
    let copy = postgres.copy(folder).await?;
    let logs = Database::Postgres(copy.url()).logs().await?;
    has_all(scene, &logs, before);
    Ok(())
}

/// What was acknowledged before a moment is in those logs, in its place, and they have no holes.
fn has_all(scene: &mut Scene, logs: &Logs, before: Micros) {
    let acked = scene.since(Micros(0), |_, it: &Event| match it.what {
        Happened::Acked { cid, room, seq, .. } if it.at < before => Some((room, seq, cid)),
        _ => None,
    });
    let stored: HashSet<(RoomId, Seq, Cid)> = logs
        .rooms
        .values()
        .flat_map(|it| &it.entries)
        .filter_map(|it| Some((it.room, it.seq, it.cid?)))
        .collect();
    let missing = acked.iter().filter(|it| !stored.contains(it)).count();
    scene.must(missing == 0, || {
        format!("{missing} of {} acknowledged before a copy are not in it", acked.len())
    });
    let mut known = HashSet::new();
    let facts = logs.rooms.values().flat_map(|it| &it.entries);
    let twice = facts.filter(|it| it.cid.is_some_and(|cid| !known.insert((it.author, cid))));
    let twice = twice.count();
    scene.must(twice == 0, || format!("{twice} entries are in a copy for the second time"));
    for log in logs.rooms.values() {
        let is_whole = log.entries.iter().zip(1..).all(|(it, place)| it.seq.get() == place);
        let count = log.entries.len() as u64;
        scene.must(is_whole && count == log.head.get(), || "a copy has a hole in a log".into());
    }
}

/// F19: a backup is made while people talk, and later the database is set back to it.
pub(super) async fn restored(scene: &mut Scene) -> Result<()> {
    scene.wait(8, 15).await;
    let before = scene.now();
    let file = scene.deployment.folder().join("backup");
    back_up(&scene.deployment, &file).await?;
    scene.wait(10, 20).await;
    let epoch = scene.deployment.database().logs().await?.epoch;
    let is_asked = scene.chance.percent(50);
    for node in &mut scene.deployment.nodes {
        if is_asked {
            node.stop().await?;
        } else {
            node.kill();
        }
    }
    set_back(&scene.deployment, &file).await?;
    let from = scene.now();
    for node in &mut scene.deployment.nodes {
        node.spawn()?;
    }
    for node in &mut scene.deployment.nodes {
        node.ready().await?;
    }
    scene.recovers_within(RESTORED_MAX, "after the database was set back").await;
    scene.acks_again(ANSWERED_MAX, "after the database was set back").await?;
    let told: HashSet<Epoch> = scene
        .since(from, |_, it: &Event| match it.what {
            Happened::Welcomed { epoch, .. } => Some(epoch),
            _ => None,
        })
        .into_iter()
        .collect();
    let is_new = told.len() == 1 && !told.contains(&epoch);
    scene.must(is_new, || format!("clients were told {told:?}, the epoch before was {epoch}"));
    let logs = scene.deployment.database().logs().await?;
    has_all(scene, &logs, before);
    Ok(())
}

async fn back_up(deployment: &Deployment, file: &Path) -> Result<()> {
    match &deployment.postgres {
        None => deployment.nodes[0].command(&["backup", &file.to_string_lossy()], COPY_MAX).await,
        Some(postgres) => {
            let log = deployment.folder().join("backup.log");
            let program = Program::new(Postgres::tool("pg_dump")?, &log, "KILL");
            program.args(["-Fc", "-f"]).arg(file).arg(postgres.url()).run(COPY_MAX).await
        }
    }
}

async fn set_back(deployment: &Deployment, file: &Path) -> Result<()> {
    match &deployment.postgres {
        None => {
            let database = deployment.file();
            for end in ["", "-wal", "-shm"] {
                let path = PathBuf::from(format!("{}{end}", database.display()));
                if path.exists() {
                    fs::remove_file(path)?;
                }
            }
            fs::copy(file, database)?;
            Ok(())
        }
        Some(postgres) => {
            let log = deployment.folder().join("backup.log");
            let program = Program::new(Postgres::tool("pg_restore")?, &log, "KILL");
            let program = program.args(["--clean", "--if-exists", "--no-owner", "--dbname"]);
            program.arg(postgres.url()).arg(file).run(COPY_MAX).await?;
            deployment.nodes[0].command(&["new-epoch"], COPY_MAX).await
        }
    }
}

/// The number of the migration that this version does not know.
const NEWER_VERSION: &str = "20991231000000";
/// What a newer version would do to the schema, and how it is undone. Old servers do not mind the
/// column; they must mind the version.
const NEWER: [&str; 2] = [
    "alter table room add column later bigint",
    "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
     values (20991231000000, 'later', true, CHECKSUM, 0)",
];
const UNDONE: [&str; 2] = [
    "delete from _sqlx_migrations where version = 20991231000000",
    "alter table room drop column later",
];

/// F20: a newer version has changed the schema; old servers that run go on, and do not start.
pub(super) async fn newer(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    scene.wait(3, 6).await;
    execute(&scene.deployment, &NEWER).await?;
    scene.acks_again(ANSWERED_MAX, "after a migration").await?;
    scene.wait(5, 10).await;
    let at = scene.chance.below(scene.deployment.nodes.len());
    scene.deployment.nodes[at].stop().await?;
    is_refused(scene, at).await?;
    execute(&scene.deployment, &UNDONE).await?;
    scene.deployment.nodes[at].start().await?;
    scene.recovers_within(RESTARTED_MAX, "after an old server could start again").await;
    scene.must_not_refuse(begun);
    Ok(())
}

/// The node does not start with a schema from the future, and says why.
async fn is_refused(scene: &mut Scene, at: usize) -> Result<()> {
    let node = &mut scene.deployment.nodes[at];
    node.spawn()?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = node.ended()? {
            break Some(status);
        }
        if begun.elapsed() > REFUSED_MAX {
            break None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    node.kill();
    let said = node.said();
    let code = status.and_then(|it| it.code());
    scene.must(code == Some(MISCONFIGURED), || {
        format!("with a schema from the future the server ended with {code:?}: {said}")
    });
    let is_told = said.starts_with("maru: ") && said.contains("newer version");
    scene.must(is_told && said.contains(NEWER_VERSION), || format!("its last words were {said}"));
    Ok(())
}

async fn execute(deployment: &Deployment, statements: &[&str]) -> Result<()> {
    ensure!(!statements.is_empty(), "nothing to do");
    if let Some(postgres) = &deployment.postgres {
        let mut connection = PgConnection::connect(&postgres.url()).await?;
        for sql in statements {
            let sql = sql.replace("CHECKSUM", "'\\x00'::bytea");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        connection.close().await?;
    } else {
        let options = SqliteConnectOptions::new().filename(deployment.file());
        let options = options.busy_timeout(Duration::from_secs(10));
        let mut connection = options.connect().await?;
        for sql in statements {
            let sql = sql.replace("CHECKSUM", "x'00'");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        connection.close().await?;
    }
    Ok(())
}
