//! How long a server with many messages takes to start.

use crate::{
    crowd::{guests, rooms},
    http::Http,
    server::Target,
};
use anyhow::{Context, Result, ensure};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{fs, path::Path, time::Instant};

/// How long a server with many messages takes to start.
#[derive(clap::Args)]
pub(crate) struct Start {
    #[command(flatten)]
    target: Target,
    /// How many messages.
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
}

/// Channels that share the messages.
const ROOMS: usize = 100;

/// Numbers from 1 on, one entry each, after what the room has.
const FILL: &str = "
    with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
    insert into entry (room_id, seq, author_id, cid, at, kind, text)
    select room.id, room.head + n.i, account.id, randomblob(16), 1763654400000 + n.i, 'message',
        'This is message ' || n.i || ', as long as messages usually are, or a little longer.'
    from n, room, (select id from account limit 1) as account
    where room.name like 'load-%'";

impl Start {
    pub(crate) async fn run(self) -> Result<()> {
        let folder = tempfile::TempDir::new()?;
        let mut server = self.target.spawn(folder.path(), ROOMS, None)?;
        server.ready().await?;
        let cookie = guests(&server.address, 1).await?.remove(0);
        server.stop().await?;
        let each = self.messages / ROOMS as u64;
        fill(&database(&folder.path().join("data"))?, each.cast_signed()).await?;

        let begun = Instant::now();
        let mut server = self.target.spawn(folder.path(), ROOMS, None)?;
        server.ready().await?;
        let ready = begun.elapsed();
        let rooms = rooms(&server.address, &cookie).await?;
        let heads: u64 = rooms.iter().map(|it| it.head.get()).sum();
        ensure!(heads >= each * ROOMS as u64, "the server has only {heads} entries");
        let room = rooms.last().context("no room")?.id;
        let mut http = Http::connect(&server.address).await?;
        let page = http.get(&format!("/api/v1/rooms/{room}/entries"), &cookie).await?;
        ensure!(page["entries"].as_array().is_some_and(|it| !it.is_empty()), "an empty page");
        println!("start with {} messages", each * ROOMS as u64);
        println!("ready       {:.2} s after the start of the process", ready.as_secs_f64());
        println!("first page  {:.2} s", begun.elapsed().as_secs_f64());
        println!("memory      {} MiB\n", server.memory_kib().unwrap_or_default() / 1024);
        server.stop().await
    }
}

/// The database in the folder.
fn database(folder: &Path) -> Result<std::path::PathBuf> {
    let files = fs::read_dir(folder)?.filter_map(|it| Some(it.ok()?.path()));
    let mut databases =
        files.filter(|it| it.extension().is_some_and(|it| it == "db" || it == "sqlite"));
    databases.next().with_context(|| format!("no database in {}", folder.display()))
}

/// Fills all load channels, by the shortest way.
async fn fill(path: &Path, each: i64) -> Result<()> {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
    let mut tx = connection.begin().await?;
    sqlx::query(FILL).bind(each).execute(&mut *tx).await?;
    sqlx::query("update room set head = head + $1 where name like 'load-%'")
        .bind(each)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}
