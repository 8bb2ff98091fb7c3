//! Appending to the logs: one transaction for all that waits, whatever the rooms.
//!
//! Rooms are locked first and in the order of their ids, then logins, then the lease: whoever
//! locks in one order never waits for each other in a circle.

use super::{
    BEGIN_WRITE, FOR_KEY_SHARE, FOR_UPDATE, Queries, Tx, entries::columns, number, seq_from,
};
use crate::planted::{self, Point};
use crate::store::{
    Append, AppendError, Appending, CARETAKER, StoreError, StoreResult,
    change::Outcomes,
    decide::{Facts, RoomState, decide},
};
use app::protocol::ids::{Cid, LoginId, Millis, RoomId, UserId};
use sqlx::{QueryBuilder, Row, error::DatabaseError};
use std::collections::{BTreeSet, HashSet};

impl Queries {
    pub(in crate::store) async fn append(
        &self,
        batch: &[Append],
        now: Millis,
    ) -> StoreResult<Outcomes> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut pieces = vec![Piece { changes: batch, asked_again: false }];
        while let Some(piece) = pieces.pop() {
            match self.append_together(piece.changes, now).await {
                Ok(done) => outcomes.extend(done),
                Err(StoreError::Db(error)) if is_of_one_change(&error) => {
                    piece.refused(&error, &mut pieces, &mut outcomes);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(outcomes)
    }

    async fn append_together(&self, batch: &[Append], now: Millis) -> StoreResult<Outcomes> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let mut facts = read_facts(&mut tx, batch).await?;
        let (members, rooms) = (facts.members.clone(), facts.rooms.clone());
        let outcomes = decide(&mut facts, batch, now);
        let changed: Vec<_> =
            facts.rooms.iter().filter(|(id, room)| rooms.get(id) != Some(room)).collect();
        if !changed.is_empty() {
            write_rooms(&mut tx, &changed).await?;
            write_members(&mut tx, &members, &facts.members, now).await?;
            write_entries(&mut tx, batch, &outcomes).await?;
        }
        planted::pass(Point::InCommit);
        tx.commit().await?;
        Ok(outcomes)
    }
}

/// A part of a batch that is still to be appended.
struct Piece<'a> {
    changes: &'a [Append],
    asked_again: bool,
}

impl<'a> Piece<'a> {
    /// The database refused one of the changes: looks for it, so that the others are not taken
    /// along.
    fn refused(self, error: &sqlx::Error, pieces: &mut Vec<Piece<'a>>, outcomes: &mut Outcomes) {
        let refused = error.as_database_error();
        let is_race = refused.is_some_and(DatabaseError::is_unique_violation);
        if is_race && !self.asked_again {
            // Another node was first with the same id, into another room: now it is known.
            pieces.push(Piece { asked_again: true, ..self });
        } else if self.changes.len() > 1 {
            let (first, second) = self.changes.split_at(self.changes.len() / 2);
            pieces.push(Piece { changes: second, asked_again: false });
            pieces.push(Piece { changes: first, asked_again: false });
        } else {
            tracing::error!(%error, "the database refused a change");
            outcomes.push(Err(AppendError::Rejected));
        }
    }
}

/// Whether a change of the batch is at fault, rather than the database or its disk.
fn is_of_one_change(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|it| {
        it.is_foreign_key_violation() || it.is_unique_violation() || it.is_check_violation()
    })
}

async fn read_facts(tx: &mut Tx, batch: &[Append]) -> StoreResult<Facts> {
    let mut facts = Facts::default();
    let rooms: BTreeSet<_> = batch.iter().map(|it| it.room).collect();
    let mut sql = QueryBuilder::new("select id, head, people, capacity from room where id in (");
    let mut list = sql.separated(", ");
    for room in &rooms {
        list.push_bind(room.0);
    }
    list.push_unseparated(") order by id");
    sql.push(FOR_UPDATE);
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let count = |column| -> StoreResult<u32> {
            Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
        };
        let state = RoomState {
            head: seq_from(&row, "head")?,
            people: count("people")?,
            capacity: count("capacity")?,
        };
        facts.rooms.insert(RoomId(row.try_get("id")?), state);
    }
    read_logins(tx, batch, &mut facts).await?;
    if batch.iter().any(|it| it.fence.is_some()) {
        facts.fence = super::leases::fence(tx, CARETAKER).await?;
    }
    read_members(tx, batch, &mut facts).await?;
    read_known(tx, batch, &mut facts).await?;
    Ok(facts)
}

async fn read_logins(tx: &mut Tx, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    let logins: BTreeSet<_> = batch.iter().filter_map(|it| it.login).collect();
    if logins.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::new("select id from login where id in (");
    let mut list = sql.separated(", ");
    for login in &logins {
        list.push_bind(login.0);
    }
    list.push_unseparated(") order by id");
    sql.push(FOR_KEY_SHARE);
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        facts.logins.insert(LoginId(row.try_get("id")?));
    }
    Ok(())
}

async fn read_members(tx: &mut Tx, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    let pairs: HashSet<_> = batch.iter().map(|it| (it.room, it.author)).collect();
    let mut sql = QueryBuilder::new(
        "select room_id, account_id from member where (room_id, account_id) in (",
    );
    sql.push_values(&pairs, |mut row, (room, author)| {
        row.push_bind(room.0).push_bind(author.0);
    });
    sql.push(")");
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        facts.members.insert((RoomId(row.try_get("room_id")?), UserId(row.try_get("account_id")?)));
    }
    Ok(())
}

async fn read_known(tx: &mut Tx, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    let cids: HashSet<_> = batch.iter().filter_map(|it| Some((it.author, it.cid?))).collect();
    if cids.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::new(
        "select author_id, cid, room_id, seq, at from entry where cid is not null and (author_id, cid) in (",
    );
    sql.push_values(&cids, |mut row, (author, cid)| {
        row.push_bind(author.0).push_bind(cid.0);
    });
    sql.push(")");
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let known = Appending {
            room: RoomId(row.try_get("room_id")?),
            seq: seq_from(&row, "seq")?,
            at: Millis(row.try_get("at")?),
            fresh: false,
        };
        let key = (UserId(row.try_get("author_id")?), Cid(row.try_get("cid")?));
        facts.known.insert(key, known);
    }
    Ok(())
}

async fn write_rooms(tx: &mut Tx, rooms: &[(&RoomId, &RoomState)]) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("with changed (id, head, people) as (");
    sql.push_values(rooms, |mut row, (id, room)| {
        row.push_bind(id.0).push_bind(number(room.head)).push_bind(i64::from(room.people));
    });
    sql.push(
        ") update room set head = changed.head, people = changed.people
         from changed where room.id = changed.id",
    );
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

async fn write_members(
    tx: &mut Tx,
    before: &HashSet<(RoomId, UserId)>,
    after: &HashSet<(RoomId, UserId)>,
    now: Millis,
) -> StoreResult<()> {
    for (room, user) in before.difference(after) {
        sqlx::query("delete from member where room_id = $1 and account_id = $2")
            .bind(room.0)
            .bind(user.0)
            .execute(&mut **tx)
            .await?;
    }
    let joined: Vec<_> = after.difference(before).collect();
    if joined.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::new("insert into member (room_id, account_id, joined_at) ");
    sql.push_values(joined, |mut row, (room, user)| {
        row.push_bind(room.0).push_bind(user.0).push_bind(now.0);
    });
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

async fn write_entries(tx: &mut Tx, batch: &[Append], outcomes: &Outcomes) -> StoreResult<()> {
    let fresh = batch.iter().zip(outcomes).filter_map(|(append, outcome)| {
        let appending = outcome.as_ref().ok().filter(|it| it.fresh)?;
        Some((append, appending))
    });
    let mut sql =
        QueryBuilder::new("insert into entry (room_id, seq, author_id, cid, at, kind, text) ");
    sql.push_values(fresh, |mut row, (append, appending)| {
        let what = append.change.what();
        let (kind, text) = columns(&what);
        row.push_bind(append.room.0)
            .push_bind(number(appending.seq))
            .push_bind(append.author.0)
            .push_bind(append.cid.map(|it| it.0))
            .push_bind(appending.at.0)
            .push_bind(kind)
            .push_bind(text.to_owned());
    });
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}
