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
    fs,
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
    // Stopped for a moment, so that the two files belong together, as after a power cut.
    scene.deployment.nodes[0].pause(true)?;
    let copied = ["maru.db", "maru.db-wal"].map(|it| fs::copy(data.join(it), folder.join(it)));
    scene.deployment.nodes[0].pause(false)?;
    for copied in copied {
        copied?;
    }
    let file = folder.join("maru.db");
    // Who opens it for writing brings it up to date from its log.
    let options = SqliteConnectOptions::new().filename(&file);
    options.connect().await?.close().await?;
    let damage = damage_of_file(&file).await?;
    scene.must(damage.is_none(), || format!("a copy is damaged: {}", damage.unwrap_or_default()));
    has_all(scene, &Database::File(file).logs().await?, before);
    Ok(())
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
    for node in &mut scene.deployment.nodes {
        node.kill();
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
    scene.must(said.starts_with("maru: "), || format!("its last words were {said}"));
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
