//! The statements of an append, for many rows each: lists of values, as SQLite has no arrays. They
//! are of any length, so none of them is kept prepared.

use super::{Db, queries::Tx};
use crate::store::rows::{MemberChange, NewEntry, RoomChange};
use app::protocol::ids::{Cid, LoginId, RoomId, UserId};
use sqlx::{QueryBuilder, sqlite::SqliteRow};
use uuid::Uuid;

/// A statement takes 32,766 parameters, and a row has nine at most.
const ROWS_A_STATEMENT: usize = 3_000;

type Rows = sqlx::Result<Vec<SqliteRow>>;

/// The rooms of those ids, which nobody else changes until the transaction ends.
pub(super) async fn lock_rooms(tx: &mut Tx, rooms: &[RoomId]) -> Rows {
    let sql = "select id, head, people, kind, capacity, door, password, locked, slow_secs, host_id, successor_id,
         empty_mins, empty_since, closes_at, closed_at, asked_by, sanctions, waiting
         from room where id in (";
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

/// The users of the pairs, each with how they stand in the room, if they do. `cross join` makes
/// each pair one look into each table.
pub(super) async fn people(tx: &mut Tx, pairs: &[(RoomId, UserId)]) -> Rows {
    let mut sql = QueryBuilder::<Db>::new("with wanted (room, account) as (");
    sql.push_values(pairs, |mut row, (room, user)| {
        row.push_bind(room.0).push_bind(user.0);
    });
    sql.push(
        ") select wanted.room, wanted.account, name, role, banned_until, muted_until,
             joined_at, cohost_at, speaker, said_at
         from wanted cross join account on account.id = wanted.account
             left join member on room_id = wanted.room and account_id = wanted.account",
    );
    sql.build().persistent(false).fetch_all(&mut **tx).await
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
pub(super) async fn add_members(tx: &mut Tx, members: &[MemberChange]) -> sqlx::Result<()> {
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
pub(super) async fn change_members(tx: &mut Tx, members: &[MemberChange]) -> sqlx::Result<()> {
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

/// Writes new entries; those of messages, in seven columns, as there are the most of them.
pub(super) async fn add_entries(tx: &mut Tx, entries: &[NewEntry<'_>]) -> sqlx::Result<()> {
    for some in entries.chunks(ROWS_A_STATEMENT) {
        let plain = some.iter().all(|it| it.subject.is_none() && it.until.is_none());
        let sql = "insert into entry (room_id, seq, author_id, cid, at, kind, text";
        let mut sql = QueryBuilder::<Db>::new(sql);
        sql.push(if plain { ") " } else { ", subject_id, until) " });
        sql.push_values(some, |mut row, it| {
            row.push_bind(it.room)
                .push_bind(it.seq)
                .push_bind(it.author)
                .push_bind(it.cid)
                .push_bind(it.at)
                .push_bind(it.kind)
                .push_bind(&*it.text);
            if !plain {
                row.push_bind(it.subject).push_bind(it.until);
            }
        });
        sql.build().persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}
