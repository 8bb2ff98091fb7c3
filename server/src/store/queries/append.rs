//! Appending to the logs: one transaction for all that waits, whatever the rooms.
//!
//! Rooms are locked first and in the order of their ids, then logins, then the lease: whoever
//! locks in one order never waits for each other in a circle.

use super::{BEGIN_READ, BEGIN_WRITE, Queries, Tx, batch, number, seq_from};
use crate::planted::{self, Point};
use crate::store::{
    Append, AppendError, Appending, CARETAKER, StoreError, StoreResult,
    change::Outcomes,
    decide::{Facts, RoomState, decide},
    error::code_of,
    rows::{NewEntry, RoomChange},
};
use app::protocol::ids::{Cid, LoginId, Millis, RoomId, UserId};
use sqlx::{Row, error::DatabaseError};
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

    pub(in crate::store) async fn known(
        &self,
        batch: &[Append],
    ) -> StoreResult<Vec<Option<Appending>>> {
        let mut facts = Facts::default();
        let mut tx = self.readers.begin_with(BEGIN_READ).await?;
        read_known(&mut tx, batch, &mut facts).await?;
        Ok(batch.iter().map(|it| facts.known.get(&(it.author, it.cid?)).copied()).collect())
    }

    async fn append_together(&self, batch: &[Append], now: Millis) -> StoreResult<Outcomes> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let mut facts = read_facts(&mut tx, batch).await?;
        let (members, rooms) = (facts.members.clone(), facts.rooms.clone());
        let outcomes = decide(&mut facts, batch, now);
        let is_moved = |(id, room): &(&RoomId, &RoomState)| rooms.get(*id) != Some(*room);
        let row = |(id, room): (&RoomId, &RoomState)| RoomChange {
            id: id.0,
            head: number(room.head),
            people: room.people.into(),
        };
        let changes: Vec<_> = facts.rooms.iter().filter(is_moved).map(row).collect();
        if !changes.is_empty() {
            batch::change_rooms(&mut tx, &changes).await?;
            write_members(&mut tx, &members, &facts.members, now).await?;
            batch::add_entries(&mut tx, &new_entries(batch, &outcomes)).await?;
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
    let is_of_data = code_of(error).is_some_and(|code| code.len() == 5 && code.starts_with("22"));
    let is_of_rule = error.as_database_error().is_some_and(|it| {
        it.is_foreign_key_violation() || it.is_unique_violation() || it.is_check_violation()
    });
    is_of_data || is_of_rule
}

async fn read_facts(tx: &mut Tx, batch: &[Append]) -> StoreResult<Facts> {
    let mut facts = Facts::default();
    let rooms = distinct(batch.iter().map(|it| it.room));
    for row in batch::lock_rooms(tx, &rooms).await? {
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
    let logins = distinct(batch.iter().filter_map(|it| it.login));
    if !logins.is_empty() {
        for row in batch::lock_logins(tx, &logins).await? {
            facts.logins.insert(LoginId(row.try_get("id")?));
        }
    }
    if batch.iter().any(|it| it.fence.is_some()) {
        facts.fence = super::leases::fence(tx, CARETAKER).await?;
    }
    let pairs = distinct(batch.iter().map(|it| (it.room, it.author)));
    for row in batch::members(tx, &pairs).await? {
        facts.members.insert((RoomId(row.try_get("room_id")?), UserId(row.try_get("account_id")?)));
    }
    read_known(tx, batch, &mut facts).await?;
    Ok(facts)
}

/// Each once, in their order: whoever locks in one order never waits in a circle.
fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

async fn read_known(tx: &mut Tx, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    let cids = distinct(batch.iter().filter_map(|it| Some((it.author, it.cid?))));
    if cids.is_empty() {
        return Ok(());
    }
    for row in batch::known(tx, &cids).await? {
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
    let joined: Vec<_> = after.difference(before).copied().collect();
    if !joined.is_empty() {
        batch::add_members(tx, &joined, now).await?;
    }
    Ok(())
}

/// The rows of what a batch appended.
fn new_entries<'a>(appends: &'a [Append], outcomes: &Outcomes) -> Vec<NewEntry<'a>> {
    let fresh = appends.iter().zip(outcomes).filter_map(|(append, outcome)| {
        let appending = outcome.as_ref().ok().filter(|it| it.fresh)?;
        let (kind, text) = append.change.columns();
        Some(NewEntry {
            room: append.room.0,
            seq: number(appending.seq),
            author: append.author.0,
            cid: append.cid.map(|it| it.0),
            at: appending.at.0,
            kind,
            text,
        })
    });
    fresh.collect()
}
