//! The statements of an append, for many rows each: arrays, so that each stays one prepared
//! statement and one round trip, whatever the number of rows.

use super::queries::Tx;
use crate::store::rows::{Found, MemberChange, NewEntry, RoomChange, Wanted};
use app::protocol::ids::{Cid, LoginId, RoomId, UserId};
use sqlx::postgres::PgRow;
use uuid::Uuid;

type Rows = sqlx::Result<Vec<PgRow>>;

/// One column of the rows, as an array.
fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Reads what is wanted.
pub(super) async fn read(tx: &mut Tx<'_>, wanted: &Wanted) -> sqlx::Result<Found<PgRow>> {
    let Wanted { rooms, logins, people, known } = wanted;
    let mut found = Found::default();
    if !rooms.is_empty() {
        found.rooms = lock_rooms(tx, rooms).await?;
    }
    if !logins.is_empty() {
        found.logins = lock_logins(tx, logins).await?;
    }
    if !people.is_empty() {
        found.people = read_people(tx, people).await?;
    }
    if !known.is_empty() {
        found.known = read_known(tx, known).await?;
    }
    Ok(found)
}

/// In the order of their ids.
async fn lock_rooms(tx: &mut Tx<'_>, rooms: &[RoomId]) -> Rows {
    let sql = "select id, head, people, kind, capacity, door, password, locked, slow_secs, host_id, successor_id,
         empty_mins, empty_since, closes_at, closed_at, asked_by, sanctions, waiting
         from room where id = any($1) order by id for no key update";
    sqlx::query(sql).bind(column(rooms, |it| it.0)).fetch_all(&mut **tx).await
}

async fn lock_logins(tx: &mut Tx<'_>, logins: &[LoginId]) -> Rows {
    let sql = "select id from login where id = any($1) order by id for key share";
    sqlx::query(sql).bind(column(logins, |it| it.0)).fetch_all(&mut **tx).await
}

/// `offset 0` makes each pair one look into the index, however large the table was when the
/// statement was planned.
async fn read_people(tx: &mut Tx<'_>, pairs: &[(RoomId, UserId)]) -> Rows {
    let sql = "select wanted.room, wanted.account, name, role, banned_until, muted_until,
             joined_at, cohost_at, speaker, said_at
         from unnest($1::uuid[], $2::uuid[]) as wanted (room, account)
         join lateral (select name, role, banned_until, muted_until from account
             where id = wanted.account offset 0) as who on true
         left join lateral (select joined_at, cohost_at, speaker, said_at from member
             where room_id = wanted.room and account_id = wanted.account offset 0) as found on true";
    let (rooms, users) = (column(pairs, |it| it.0.0), column(pairs, |it| it.1.0));
    sqlx::query(sql).bind(rooms).bind(users).fetch_all(&mut **tx).await
}

async fn read_known(tx: &mut Tx<'_>, pairs: &[(UserId, Cid)]) -> Rows {
    let sql = "select found.author_id, found.cid, found.room_id, found.seq, found.at
         from unnest($1::uuid[], $2::uuid[]) as wanted (author, cid),
         lateral (select author_id, cid, room_id, seq, at from entry
             where author_id = wanted.author and cid = wanted.cid offset 0) as found";
    let (authors, cids) = (column(pairs, |it| it.0.0), column(pairs, |it| it.1.0));
    sqlx::query(sql).bind(authors).bind(cids).fetch_all(&mut **tx).await
}

/// Gives rooms another head and count, and writes new entries, but for those whose id or place is
/// taken; tells how many entries it wrote.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    rooms: &[RoomChange],
    entries: &[NewEntry<'_>],
) -> sqlx::Result<u64> {
    if !rooms.is_empty() {
        change_rooms(tx, rooms).await?;
    }
    if entries.is_empty() { Ok(0) } else { add_entries(tx, entries).await }
}

async fn change_rooms(tx: &mut Tx<'_>, rooms: &[RoomChange]) -> sqlx::Result<()> {
    let sql = "update room set head = changed.head, people = changed.people
         from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as changed (id, head, people)
         where room.id = changed.id";
    sqlx::query(sql)
        .bind(column(rooms, |it| it.id))
        .bind(column(rooms, |it| it.head))
        .bind(column(rooms, |it| it.people))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes new members.
pub(super) async fn add_members(tx: &mut Tx<'_>, members: &[MemberChange]) -> sqlx::Result<()> {
    let sql = "insert into member (room_id, account_id, joined_at, cohost_at, speaker, said_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],
             $6::bigint[])";
    bind_members(sqlx::query(sql), members).execute(&mut **tx).await?;
    Ok(())
}

/// Writes how members stand by now.
pub(super) async fn change_members(tx: &mut Tx<'_>, members: &[MemberChange]) -> sqlx::Result<()> {
    let sql = "update member set joined_at = changed.joined_at, cohost_at = changed.cohost_at,
             speaker = changed.speaker, said_at = changed.said_at
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
             as changed (room, account, joined_at, cohost_at, speaker, said_at)
         where member.room_id = changed.room and member.account_id = changed.account";
    bind_members(sqlx::query(sql), members).execute(&mut **tx).await?;
    Ok(())
}

type Statement = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_members(sql: Statement, members: &[MemberChange]) -> Statement {
    let (cohosts, said): (Vec<Option<i64>>, Vec<Option<i64>>) =
        members.iter().map(|it| (it.cohost_at, it.said_at)).unzip();
    sql.bind(column(members, |it| it.room))
        .bind(column(members, |it| it.account))
        .bind(column(members, |it| it.joined_at))
        .bind(cohosts)
        .bind(column(members, |it| it.speaker))
        .bind(said)
}

async fn add_entries(tx: &mut Tx<'_>, entries: &[NewEntry<'_>]) -> sqlx::Result<u64> {
    let sql = "insert into entry (room_id, seq, author_id, cid, at, kind, text, subject_id, until)
         select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[],
             $6::text[], $7::text[], $8::uuid[], $9::bigint[])
         on conflict do nothing";
    let cids: Vec<Option<Uuid>> = column(entries, |it| it.cid);
    let texts: Vec<&str> = entries.iter().map(|it| &*it.text).collect();
    let subjects: Vec<Option<Uuid>> = column(entries, |it| it.subject);
    let untils: Vec<Option<i64>> = column(entries, |it| it.until);
    let written = sqlx::query(sql)
        .bind(column(entries, |it| it.room))
        .bind(column(entries, |it| it.seq))
        .bind(column(entries, |it| it.author))
        .bind(cids)
        .bind(column(entries, |it| it.at))
        .bind(column(entries, |it| it.kind))
        .bind(texts)
        .bind(subjects)
        .bind(untils)
        .execute(&mut **tx)
        .await?;
    Ok(written.rows_affected())
}
