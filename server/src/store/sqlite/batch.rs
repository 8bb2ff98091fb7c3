//! The statements of an append, for many rows each: lists of values, as SQLite has no arrays. What
//! is read is one string of statements, and so is what is written of every batch: each string is
//! handed to SQLite's thread once, which takes about as long as to insert thirty rows (decision 27).

use super::{Db, queries::Tx};
use crate::store::rows::{Found, MemberChange, NewEntry, RoomChange, Wanted};
use app::protocol::limits::ROOM_BATCH_MAX;
use futures::TryStreamExt;
use sqlx::{Either, Executor as _, QueryBuilder, sqlite::SqliteRow};
use uuid::Uuid;

/// A statement takes 32,766 parameters, and a row has nine at most.
const ROWS_A_STATEMENT: usize = 3_000;
/// Strings for so many rows of each kind at most are kept prepared, and those for a full batch. The
/// others are of any length.
const ROWS_KEPT: usize = 2;

/// Reads what is wanted.
pub(super) async fn read(tx: &mut Tx<'_>, wanted: &Wanted) -> sqlx::Result<Found<SqliteRow>> {
    let Wanted { rooms, logins, people, known } = wanted;
    let mut sql = QueryBuilder::<Db>::new("");
    let mut found = Found::default();
    let mut lists = Vec::with_capacity(4);
    if !rooms.is_empty() {
        lists.push(&mut found.rooms);
        sql.push(
            "select id, head, people, kind, capacity, door, password, locked, slow_secs, host_id,
                 successor_id, empty_mins, empty_since, closes_at, closed_at, asked_by, sanctions,
                 waiting
             from room where id in ",
        );
        push_list(&mut sql, rooms.iter().map(|it| it.0));
    }
    if !logins.is_empty() {
        lists.push(&mut found.logins);
        sql.push("select id from login where id in ");
        push_list(&mut sql, logins.iter().map(|it| it.0));
    }
    if !people.is_empty() {
        lists.push(&mut found.people);
        // `cross join` makes each pair one look into each table.
        sql.push("with wanted (room, account) as (");
        sql.push_values(people, |mut row, (room, user)| {
            row.push_bind(room.0).push_bind(user.0);
        });
        sql.push(
            ") select wanted.room, wanted.account, name, role, banned_until, muted_until,
                 joined_at, cohost_at, speaker, said_at
             from wanted cross join account on account.id = wanted.account
                 left join member on room_id = wanted.room and account_id = wanted.account;",
        );
    }
    if !known.is_empty() {
        lists.push(&mut found.known);
        sql.push(
            "select author_id, cid, room_id, seq, at from entry
             where cid is not null and (author_id, cid) in (",
        );
        sql.push_values(known, |mut row, (author, cid)| {
            row.push_bind(author.0).push_bind(cid.0);
        });
        sql.push(");");
    }
    if lists.is_empty() {
        return Ok(found);
    }
    let rows = [rooms.len(), logins.len(), people.len(), known.len()];
    let kept = rows.iter().all(|it| *it <= ROWS_KEPT);
    let mut results = (&mut **tx).fetch_many(sql.build().persistent(kept));
    let mut lists = lists.into_iter();
    let mut list = lists.next();
    while let Some(result) = results.try_next().await? {
        match (result, &mut list) {
            (Either::Right(row), Some(rows)) => rows.push(row),
            // Each statement ends by this, also one that found nothing.
            _ => list = lists.next(),
        }
    }
    drop(results);
    Ok(found)
}

/// A list of ids, and the end of the statement.
fn push_list(sql: &mut QueryBuilder<Db>, ids: impl Iterator<Item = Uuid>) {
    let mut list = sql.push("(").separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    list.push_unseparated(");");
}

/// Gives rooms another head and count, and writes new entries, but for those whose id or place is
/// taken; tells how many entries it wrote.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    rooms: &[RoomChange],
    entries: &[NewEntry<'_>],
) -> sqlx::Result<u64> {
    if rooms.is_empty() && entries.is_empty() {
        return Ok(0);
    }
    let mut sql = QueryBuilder::<Db>::new("");
    if !rooms.is_empty() {
        sql.push("with changed (id, head, people) as (");
        sql.push_values(rooms, |mut row, room| {
            row.push_bind(room.id).push_bind(room.head).push_bind(room.people);
        });
        sql.push(
            ") update room set head = changed.head, people = changed.people
             from changed where room.id = changed.id;",
        );
    }
    for some in entries.chunks(ROWS_A_STATEMENT) {
        push_entries(&mut sql, some);
        sql.push(" on conflict do nothing;");
    }
    let kept =
        rooms.len() <= ROWS_KEPT && (entries.len() <= ROWS_KEPT || entries.len() == ROOM_BATCH_MAX);
    let done = sql.build().persistent(kept).execute(&mut **tx).await?;
    Ok(done.rows_affected().saturating_sub(rooms.len() as u64))
}

fn push_entries(sql: &mut QueryBuilder<Db>, entries: &[NewEntry<'_>]) {
    let alike = |it: &NewEntry<'_>| (it.room, it.at, it.kind, it.subject, it.until);
    sql.push(
        "insert into entry (room_id, seq, author_id, cid, at, kind, text, subject_id, until) ",
    );
    match entries {
        // As of nearly every batch: messages into one room. What they share is bound once.
        [first, others @ ..] if others.iter().all(|it| alike(it) == alike(first)) => {
            sql.push("select ").push_bind(first.room).push(", column1, column2, column3, ");
            sql.push_bind(first.at).push(", ").push_bind(first.kind).push(", column4, ");
            sql.push_bind(first.subject).push(", ").push_bind(first.until).push(" from (");
            sql.push_values(entries, |mut row, it| {
                row.push_bind(it.seq).push_bind(it.author).push_bind(it.cid).push_bind(&*it.text);
            });
            // Without a condition `on conflict` would be read as that of a join.
            sql.push(") where true");
        }
        _ => {
            sql.push_values(entries, |mut row, it| {
                row.push_bind(it.room)
                    .push_bind(it.seq)
                    .push_bind(it.author)
                    .push_bind(it.cid)
                    .push_bind(it.at)
                    .push_bind(it.kind)
                    .push_bind(&*it.text)
                    .push_bind(it.subject)
                    .push_bind(it.until);
            });
        }
    }
}

/// Writes new members.
pub(super) async fn add_members(tx: &mut Tx<'_>, members: &[MemberChange]) -> sqlx::Result<()> {
    for some in members.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Db>::new(
            "insert into member (room_id, account_id, joined_at, cohost_at, speaker, said_at) ",
        );
        push_members(&mut sql, some);
        sql.build().persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Writes how members stand by now.
pub(super) async fn change_members(tx: &mut Tx<'_>, members: &[MemberChange]) -> sqlx::Result<()> {
    for some in members.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Db>::new(
            "with changed (room, account, joined_at, cohost_at, speaker, said_at) as (",
        );
        push_members(&mut sql, some);
        sql.push(
            ") update member set joined_at = changed.joined_at, cohost_at = changed.cohost_at,
                 speaker = changed.speaker, said_at = changed.said_at
             from changed
             where member.room_id = changed.room and member.account_id = changed.account",
        );
        sql.build().persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}

fn push_members(sql: &mut QueryBuilder<Db>, members: &[MemberChange]) {
    sql.push_values(members, |mut row, it| {
        row.push_bind(it.room)
            .push_bind(it.account)
            .push_bind(it.joined_at)
            .push_bind(it.cohost_at)
            .push_bind(it.speaker)
            .push_bind(it.said_at);
    });
}
