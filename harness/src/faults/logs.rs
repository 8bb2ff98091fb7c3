//! Reads the logs after a run: of each node by its REST API, and of the database itself.

use super::history::{Digest, Fact, Kind, LogSource, Logs, RoomLog};
use crate::http::Http;
use anyhow::{Context as _, Result, bail};
use app::protocol::{
    ids::{Cid, Epoch, RoomId, Seq, UserId},
    limits::PAGE_ENTRIES,
    message::Entry,
    snapshot::RoomSummary,
};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, Postgres, Sqlite,
    sqlite::SqliteConnectOptions,
};
use std::{collections::HashMap, net::SocketAddr, path::PathBuf};
use uuid::Uuid;

/// A login that reads.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) cookie: String,
    pub(crate) origin: String,
}

/// Where the truth is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// An SQLite file; it is only read.
    File(PathBuf),
    /// PostgreSQL, by its address.
    Postgres(String),
}

impl Reader {
    /// The newest entry of each room, as a node tells it.
    pub(crate) async fn heads(&self, node: SocketAddr) -> Result<HashMap<RoomId, Seq>> {
        let mut http = Http::connect_as(&node.to_string(), &self.origin).await?;
        let body = http.get("/api/v1/rooms", &self.cookie).await?;
        let rooms: Vec<RoomSummary> = serde_json::from_value(body["rooms"].clone())?;
        Ok(rooms.into_iter().map(|it| (it.id, it.head)).collect())
    }

    async fn log(&self, http: &mut Http, room: RoomId) -> Result<(Epoch, RoomLog)> {
        let mut facts = Vec::new();
        let mut after = Seq::ZERO;
        loop {
            let path = format!("/api/v1/rooms/{room}/entries?after={after}&limit={PAGE_ENTRIES}");
            let page = http.get(&path, &self.cookie).await?;
            let entries: Vec<Entry> = serde_json::from_value(page["entries"].clone())?;
            let Some(last) = entries.last().map(|it| it.seq) else {
                let epoch = serde_json::from_value(page["epoch"].clone())?;
                let head = serde_json::from_value(page["head"].clone())?;
                // What a node tells is compared with the database, which knows the kind.
                let log = RoomLog { head, entries: facts, tells_who_comes: true };
                return Ok((epoch, log));
            };
            if last <= after {
                bail!("a page of {room} after {after} ends with {last}");
            }
            facts.extend(entries.iter().map(|it| Fact::of(room, it)));
            after = last;
        }
    }
}

/// The whole logs of all rooms that any of the readers sees, page by page, as a node tells them.
pub(crate) async fn of_node(readers: &[Reader], name: &str, node: SocketAddr) -> Result<Logs> {
    let mut rooms = HashMap::new();
    let mut epoch = None;
    for reader in readers {
        let mut http = Http::connect_as(&node.to_string(), &reader.origin).await?;
        for room in reader.heads(node).await?.into_keys() {
            if rooms.contains_key(&room) {
                continue;
            }
            let (its, log) = reader.log(&mut http, room).await?;
            if *epoch.get_or_insert(its) != its {
                bail!("the epoch of {name} changed while its logs were read");
            }
            rooms.insert(room, log);
        }
    }
    let epoch = epoch.with_context(|| format!("{name} has no rooms"))?;
    Ok(Logs { source: LogSource::Node(name.to_owned()), epoch, rooms })
}

/// A room, its newest entry and its kind.
type RoomRow = (Uuid, i64, String);
/// An entry: room, seq, author, cid, kind, text, to whom and until when.
type EntryRow = (Uuid, i64, Uuid, Option<Uuid>, String, String, Option<Uuid>, Option<i64>);

const EPOCH: &str = "select value from meta where key = 'epoch'";
const ROOMS: &str = "select id, head, kind from room";
const ENTRIES: &str =
    "select room_id, seq, author_id, cid, kind, text, subject_id, until from entry
     order by room_id, seq";

/// The rows of a database.
struct Rows {
    epoch: String,
    rooms: Vec<RoomRow>,
    entries: Vec<EntryRow>,
}

impl Database {
    /// The whole logs of all rooms, of one moment.
    pub(crate) async fn logs(&self) -> Result<Logs> {
        match self {
            Self::File(path) => read_file(path.clone()).await?,
            Self::Postgres(url) => read_postgres(url).await?,
        }
        .logs()
    }
}

async fn read_file(path: PathBuf) -> Result<Rows> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await?;
    let mut tx = connection.begin().await?;
    let (epoch,) = sqlx::query_as::<Sqlite, (String,)>(EPOCH).fetch_one(&mut *tx).await?;
    let rooms = sqlx::query_as::<Sqlite, RoomRow>(ROOMS).fetch_all(&mut *tx).await?;
    let entries = sqlx::query_as::<Sqlite, EntryRow>(ENTRIES).fetch_all(&mut *tx).await?;
    tx.rollback().await?;
    connection.close().await?;
    Ok(Rows { epoch, rooms, entries })
}

async fn read_postgres(url: &str) -> Result<Rows> {
    let mut connection = PgConnection::connect(url).await?;
    let mut tx = connection.begin_with("begin isolation level repeatable read read only").await?;
    let (epoch,) = sqlx::query_as::<Postgres, (String,)>(EPOCH).fetch_one(&mut *tx).await?;
    let rooms = sqlx::query_as::<Postgres, RoomRow>(ROOMS).fetch_all(&mut *tx).await?;
    let entries = sqlx::query_as::<Postgres, EntryRow>(ENTRIES).fetch_all(&mut *tx).await?;
    tx.rollback().await?;
    connection.close().await?;
    Ok(Rows { epoch, rooms, entries })
}

impl Rows {
    fn logs(self) -> Result<Logs> {
        let epoch = self.epoch.parse().context("the epoch is no UUID")?;
        let mut rooms: HashMap<RoomId, RoomLog> = HashMap::new();
        for (id, head, kind) in self.rooms {
            let tells_who_comes = !matches!(kind.as_str(), "large" | "direct");
            let log = RoomLog { head: seq(head)?, entries: Vec::new(), tells_who_comes };
            rooms.insert(RoomId(id), log);
        }
        for (room, place, author, cid, kind, text, subject, until) in self.entries {
            let log = rooms.get_mut(&RoomId(room)).context("an entry without a room")?;
            log.entries.push(Fact {
                room: RoomId(room),
                seq: seq(place)?,
                author: UserId(author),
                // The server's own ids of other changes are told to nobody.
                cid: cid.map(Cid).filter(|_| kind == Kind::Message.name()),
                kind: Kind::named(&kind),
                subject: subject.map(UserId),
                digest: Digest::of_entry(&kind, &text, until),
            });
        }
        Ok(Logs { source: LogSource::Database, epoch, rooms })
    }
}

fn seq(number: i64) -> Result<Seq> {
    let seq = u64::try_from(number).ok().and_then(|it| Seq::try_from(it).ok());
    seq.with_context(|| format!("{number} is no seq"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much of the schema as is read.
    const SCHEMA: &str = "
        create table meta (key text, value text);
        create table room (id blob, head integer, kind text);
        create table entry (
            room_id blob, seq integer, author_id blob, cid blob, kind text, text text,
            subject_id blob, until integer
        )";

    #[tokio::test]
    async fn a_file_is_read_as_it_is_and_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("maru.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        let (epoch, room, author, cid) =
            (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), Uuid::from_u128(4));
        for statement in SCHEMA.split(';') {
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        for (sql, ids) in [
            ("insert into room values ($1, 2, 'channel')", vec![room]),
            (
                "insert into entry values ($1, 1, $2, null, 'joined', '', null, null)",
                vec![room, author],
            ),
            (
                "insert into entry values ($1, 2, $2, $3, 'message', 'hi', null, null)",
                vec![room, author, cid],
            ),
        ] {
            let query = ids.into_iter().fold(sqlx::query(sql), sqlx::query::Query::bind);
            query.execute(&mut connection).await.unwrap();
        }
        sqlx::query("insert into meta values ('epoch', $1)")
            .bind(epoch.to_string())
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();

        let logs = Database::File(path.clone()).logs().await.unwrap();
        assert_eq!((logs.source, logs.epoch), (LogSource::Database, Epoch(epoch)));
        let log = &logs.rooms[&RoomId(room)];
        assert_eq!((log.head.get(), log.entries.len()), (2, 2));
        let said = log.entries[1];
        assert_eq!((said.cid, said.kind), (Some(Cid(cid)), Kind::Message));
        assert_eq!((said.author, said.digest), (UserId(author), Digest::of_message("hi")));
        let missing = Database::File(folder.path().join("other.db"));
        assert!(missing.logs().await.is_err());
    }
}
