//! The statements of an append, for many rows each: lists of values, as SQLite has no arrays. They
//! are of any length, so none of them is kept prepared.

use super::{Db, queries::Tx};
use crate::store::rows::{NewEntry, RoomChange};
use app::protocol::ids::{Cid, LoginId, Millis, RoomId, UserId};
use sqlx::{QueryBuilder, sqlite::SqliteRow};
use uuid::Uuid;

type Rows = sqlx::Result<Vec<SqliteRow>>;

/// The rooms of those ids, which nobody else changes until the transaction ends.
pub(super) async fn lock_rooms(tx: &mut Tx, rooms: &[RoomId]) -> Rows {
    let sql = "select id, head, people, capacity from room where id in (";
    read(tx, QueryBuilder::new(sql), rooms.iter().map(|it| it.0)).await
}

/// Those of the logins that there are.
pub(super) async fn lock_logins(tx: &mut Tx, logins: &[LoginId]) -> Rows {
    let sql = "select id from login where id in (";
    read(tx, QueryBuilder::new(sql), logins.iter().map(|it| it.0)).await
}

async fn read(tx: &mut Tx, mut sql: QueryBuilder<Db>, ids: impl Iterator<Item = Uuid>) -> Rows {
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    list.push_unseparated(")");
    sql.build().persistent(false).fetch_all(&mut **tx).await
}

/// Those of the pairs that are members.
pub(super) async fn members(tx: &mut Tx, pairs: &[(RoomId, UserId)]) -> Rows {
    let sql = "select room_id, account_id from member where (room_id, account_id) in (";
    let mut sql = QueryBuilder::<Db>::new(sql);
    sql.push_values(pairs, |mut row, (room, user)| {
        row.push_bind(room.0).push_bind(user.0);
    });
    sql.push(")").build().persistent(false).fetch_all(&mut **tx).await
}

/// Where those of the ids stand that are known.
pub(super) async fn known(tx: &mut Tx, pairs: &[(UserId, Cid)]) -> Rows {
    let mut sql = QueryBuilder::<Db>::new(
        "select author_id, cid, room_id, seq, at from entry
         where cid is not null and (author_id, cid) in (",
    );
    sql.push_values(pairs, |mut row, (author, cid)| {
        row.push_bind(author.0).push_bind(cid.0);
    });
    sql.push(")").build().persistent(false).fetch_all(&mut **tx).await
}

/// Gives rooms another head and count.
pub(super) async fn change_rooms(tx: &mut Tx, rooms: &[RoomChange]) -> sqlx::Result<()> {
    let mut sql = QueryBuilder::<Db>::new("with changed (id, head, people) as (");
    sql.push_values(rooms, |mut row, room| {
        row.push_bind(room.id).push_bind(room.head).push_bind(room.people);
    });
    sql.push(
        ") update room set head = changed.head, people = changed.people
         from changed where room.id = changed.id",
    );
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Writes new members.
pub(super) async fn add_members(
    tx: &mut Tx,
    pairs: &[(RoomId, UserId)],
    now: Millis,
) -> sqlx::Result<()> {
    let mut sql = QueryBuilder::<Db>::new("insert into member (room_id, account_id, joined_at) ");
    sql.push_values(pairs, |mut row, (room, user)| {
        row.push_bind(room.0).push_bind(user.0).push_bind(now.0);
    });
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Writes new entries.
pub(super) async fn add_entries(tx: &mut Tx, entries: &[NewEntry<'_>]) -> sqlx::Result<()> {
    let sql = "insert into entry (room_id, seq, author_id, cid, at, kind, text) ";
    let mut sql = QueryBuilder::<Db>::new(sql);
    sql.push_values(entries, |mut row, it| {
        row.push_bind(it.room)
            .push_bind(it.seq)
            .push_bind(it.author)
            .push_bind(it.cid)
            .push_bind(it.at)
            .push_bind(it.kind)
            .push_bind(it.text);
    });
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}
