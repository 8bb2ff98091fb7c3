//! One hot room, as fast as it goes: stored messages a second through the whole engine (room,
//! committer, store), beside a bare loop that inserts batches of the same size. On SQLite, and on
//! PostgreSQL where `TEST_POSTGRES_URL` names a server.

use app::protocol::{
    ids::{Cid, LoginId, Millis, RoomId},
    limits::{self, ROOM_BATCH_MAX},
    people::{ByHand, Role},
};
use server::{
    cluster::Membership,
    config::MatchTimes,
    engine::{Engine, EngineOptions, Who},
    store::{ChannelSpec, NewUser, Store, StoreAddress},
};
use sqlx::{Connection as _, PgConnection, QueryBuilder, SqliteConnection};
use std::{
    io::Write as _,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Who talk at once, each awaiting the answer before the next: the room's batches are full.
const TALKERS: usize = 1_024;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
/// About what people write: 120 bytes.
const TEXT: &str = "Two good ones on Saturday, and one on Sunday that nobody talks about. \
                    토요일 좋아요. 몇 시에 만날까요?";

/// An engine with one room, and somebody in it; and another room's bare rows.
struct Bench {
    engine: Engine,
    who: Who,
    room: RoomId,
    bare: Bare,
}

/// A connection of the bare loop, set as those of the store are.
enum Bare {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Rows of the bare loop.
struct Row {
    room: Uuid,
    author: Uuid,
    seq: i64,
}

fn options() -> EngineOptions {
    EngineOptions {
        sends_per_sec: limits::SENDS_PER_SEC,
        sends_burst: limits::SENDS_BURST,
        frames_per_sec: limits::FRAMES_PER_SEC,
        frames_burst: limits::FRAMES_BURST,
        sockets_per_user: limits::SOCKETS_PER_USER,
        offline_leave: Duration::from_hours(1),
        host_absence: Duration::from_hours(24),
        hello_within: Duration::from_secs(limits::HELLO_SECS),
        disk_free_bytes_min: 0,
        match_guests: false,
        match_times: MatchTimes::default(),
        drain_spread: Duration::from_secs(1),
    }
}

impl Bench {
    async fn new(address: &StoreAddress, bare: Bare) -> Self {
        let store = Store::open(address).await.expect("a database");
        let channel =
            |name: &str| ChannelSpec { name: name.to_owned(), topic: String::new(), capacity: 500 };
        let channels = [channel("hot"), channel("bare")];
        store.ensure_channels(&channels, Millis(0)).await.expect("channels");
        let name = "Ann".to_owned();
        let new = NewUser { name_key: name.clone(), name, password: None, role: Role::Guest };
        let user = store.create_user(new, Millis(0)).await.expect("a user");
        let login = store.create_login(&user, &[1; 32], "", Millis(0)).await.expect("a login");
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let engine = Engine::start(store, options(), Membership::alone("bench"), tasks, stop);
        let engine = engine.await.expect("an engine");
        let who = who(&user, login);
        let room = engine.room("hot", who.user).expect("a room").id;
        engine.enter(&who, room).await.expect("a member");
        Self { engine, who, room, bare }
    }

    /// Messages a second through the engine.
    async fn engine_rate(&self) -> f64 {
        let before = self.engine.room("hot", self.who.user).expect("a room").head;
        let began = Instant::now();
        let mut talkers = JoinSet::new();
        for _ in 0..TALKERS {
            let (engine, who, room) = (self.engine.clone(), self.who.clone(), self.room);
            talkers.spawn(async move {
                while began.elapsed() < ROUND {
                    let cid = Cid(Uuid::now_v7());
                    engine.say(&who, room, cid, TEXT.to_owned()).await.expect("an answer");
                }
            });
        }
        while let Some(done) = talkers.join_next().await {
            done.expect("no panic");
        }
        let secs = began.elapsed().as_secs_f64();
        let after = self.engine.room("hot", self.who.user).expect("a room").head;
        count(after.since(before)) / secs
    }

    /// Messages a second by the bare loop.
    async fn bare_rate(&mut self) -> f64 {
        let room = self.engine.room("bare", self.who.user).expect("a room").id.0;
        let author = self.who.user.0;
        let mut seq = self.bare.head(room).await;
        let (began, before) = (Instant::now(), seq);
        while began.elapsed() < ROUND {
            let batch = i64::try_from(ROOM_BATCH_MAX).expect("small");
            let rows: Vec<_> = (1..=batch).map(|n| Row { room, author, seq: seq + n }).collect();
            self.bare.insert(&rows).await.expect("a working disk");
            seq += batch;
        }
        count(u64::try_from(seq - before).expect("it grows")) / began.elapsed().as_secs_f64()
    }

    /// Runs both in turn, and prints the middle rates and their ratio.
    async fn run(mut self, name: &str) {
        let (mut engine, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            engine.push(self.engine_rate().await);
            bare.push(self.bare_rate().await);
        }
        let (engine_rate, bare_rate) = (middle(&mut engine), middle(&mut bare));
        let mut out = std::io::stdout();
        writeln!(
            out,
            "{name}: engine {engine_rate:.0}/s ({:.0} to {:.0}), bare loop of {ROOM_BATCH_MAX} \
             {bare_rate:.0}/s ({:.0} to {:.0}), ratio {:.2}",
            engine[0],
            engine[ROUNDS - 1],
            bare[0],
            bare[ROUNDS - 1],
            engine_rate / bare_rate
        )
        .expect("an output");
        self.engine.drain().await;
        self.engine.store().close().await;
    }
}

fn who(user: &server::store::User, login: LoginId) -> Who {
    Who {
        user: user.id,
        name: user.name.as_str().into(),
        role: user.role,
        login,
        by_hand: ByHand::Auto,
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate is read, not counted with")]
fn count(n: u64) -> f64 {
    n as f64
}

fn middle(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

impl Bare {
    async fn head(&mut self, room: Uuid) -> i64 {
        let sql = "select coalesce(max(seq), 0) from entry where room_id = $1";
        let found: Result<(i64,), _> = match self {
            Self::Sqlite(it) => sqlx::query_as(sql).bind(room).fetch_one(it).await,
            Self::Postgres(it) => sqlx::query_as(sql).bind(room).fetch_one(it).await,
        };
        found.expect("a head").0
    }

    /// One multi-row insert in one transaction.
    async fn insert(&mut self, rows: &[Row]) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(it) => {
                let mut tx = it.begin_with("begin immediate").await?;
                values::<sqlx::Sqlite>(rows).build().persistent(false).execute(&mut *tx).await?;
                tx.commit().await
            }
            Self::Postgres(it) => {
                let mut tx = it.begin().await?;
                values::<sqlx::Postgres>(rows).build().persistent(false).execute(&mut *tx).await?;
                tx.commit().await
            }
        }
    }
}

fn values<DB>(rows: &[Row]) -> QueryBuilder<DB>
where
    DB: sqlx::Database,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    i64: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    &'static str: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let sql = "insert into entry (room_id, seq, author_id, cid, at, kind, text) ";
    let mut sql = QueryBuilder::new(sql);
    sql.push_values(rows, |mut row, it| {
        row.push_bind(it.room)
            .push_bind(it.seq)
            .push_bind(it.author)
            .push_bind(Uuid::now_v7())
            .push_bind(0_i64)
            .push_bind("message")
            .push_bind(TEXT);
    });
    sql
}

async fn on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("maru.db");
    let address = StoreAddress::File(path.clone());
    // The schema, before the bare connection is opened.
    Store::open(&address).await.expect("a database").close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .pragma("cache_size", "-16384");
    let bare = SqliteConnection::connect_with(&options).await.expect("a connection");
    Bench::new(&address, Bare::Sqlite(bare)).await.run("SQLite").await;
}

async fn on_postgres(server: &str) {
    let name = format!("bench_{}", std::process::id());
    let mut maker = PgConnection::connect(server).await.expect("the PostgreSQL of the bench");
    let sql = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
    sql(format!("create database {name}")).execute(&mut maker).await.expect("a database");
    let (before, _) = server.rsplit_once('/').expect("an address with a database");
    let url = format!("{before}/{name}");
    let bare = PgConnection::connect(&url).await.expect("a connection");
    Bench::new(&StoreAddress::Postgres(url), Bare::Postgres(bare)).await.run("PostgreSQL").await;
    let drop = format!("drop database {name} with (force)");
    sql(drop).execute(&mut maker).await.expect("a database to drop");
}

#[tokio::main]
async fn main() {
    on_sqlite().await;
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        on_postgres(&server).await;
    } else {
        let told = "PostgreSQL: not measured, as TEST_POSTGRES_URL is not set";
        writeln!(std::io::stdout(), "{told}").expect("an output");
    }
}
