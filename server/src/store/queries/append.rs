//! Appending to the logs: one transaction for all that waits, whatever the rooms. `facts.rs` reads
//! what has to be known, `decide.rs` decides, and `changes.rs` writes what came of it.
//!
//! Nearly every message is said for the first time. So messages are taken for new at first, and
//! nobody looks for their ids but for those that are refused: what was written before may not be.
//! Where one is known all the same, nothing of the batch is kept, and it is decided anew.

use super::{
    BEGIN_READ, BEGIN_WRITE, Db, Queries, Tx, audit, batch,
    changes::{moved_rooms, write},
    facts::{Sought, read_facts, read_known},
    number,
};
use crate::planted::{self, Point};
use crate::questions::ready::ReadyPacks;
use crate::store::{
    Append, AppendError, Appending, Outcomes, StoreError, StoreResult, decide::decide,
    error::code_of, rows::NewEntry,
};
use app::protocol::{ids::Millis, message::What};
use sqlx::{Connection as _, error::DatabaseError, pool::PoolConnection};
use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// For so long after a repeat the ids of all messages are looked for at once: repeats come together,
/// and whoever does nothing but repeat is not to have every batch written twice.
const REPEATS_MS: u64 = 1_000;

impl Queries {
    pub(in crate::store) async fn append_once(
        &self,
        batch: &[Append],
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Outcomes> {
        self.append(&mut None, batch, packs, now).await
    }

    /// Appends by the connection that is held, or by another one; it is held after that.
    pub(in crate::store) async fn append(
        &self,
        held: &mut Option<PoolConnection<Db>>,
        batch: &[Append],
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Outcomes> {
        let is_new = self.repeated_at.load(Relaxed).abs_diff(now.0) >= REPEATS_MS;
        let sought = if is_new { Sought::AllButMessages } else { Sought::All };
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut pieces = vec![Piece { changes: batch, sought, asked_again: false }];
        while let Some(piece) = pieces.pop() {
            match self.append_together(held, &piece, packs, now).await {
                Ok(Some(done)) => outcomes.extend(done),
                Ok(None) => {
                    self.repeated_at.store(now.0, Relaxed);
                    metrics::counter!("maru_batches_decided_anew_total").increment(1);
                    piece.not_new(&mut pieces, &mut outcomes);
                }
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
        let mut tx = self.readers.begin_with(BEGIN_READ).await?;
        let known = read_known(&mut tx, batch.iter().filter_map(Append::id)).await?;
        Ok(batch.iter().map(|it| known.get(&it.id()?).copied()).collect())
    }

    /// Appends a piece as a whole; none where something of it was taken for new that is not.
    async fn append_together(
        &self,
        held: &mut Option<PoolConnection<Db>>,
        piece: &Piece<'_>,
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Option<Outcomes>> {
        if piece.changes.is_empty() {
            return Ok(Some(Vec::new()));
        }
        // Kept only once all is well: the pool looks whether it can be used again.
        let mut connection = match held.take() {
            Some(connection) => connection,
            None => self.writer.acquire().await?,
        };
        let mut tx = connection.begin_with(BEGIN_WRITE).await?;
        let outcomes = append_in(&mut tx, piece, packs, now).await?;
        match outcomes {
            Some(_) => tx.commit().await?,
            None => tx.rollback().await?,
        }
        *held = Some(connection);
        Ok(outcomes)
    }
}

/// Appends a piece in the transaction; none where that must not be committed.
async fn append_in(
    tx: &mut Tx<'_>,
    piece: &Piece<'_>,
    packs: &Arc<ReadyPacks>,
    now: Millis,
) -> StoreResult<Option<Outcomes>> {
    let Piece { changes: batch, sought, .. } = *piece;
    let mut facts = read_facts(tx, batch, sought, packs).await?;
    let sizes = facts.sizes();
    let outcomes = decide(&mut facts, batch, now);
    let refused = batch.iter().zip(&outcomes).filter(|it| it.1.is_err() && !sought.includes(it.0));
    let refused: Vec<_> = refused.filter_map(|it| it.0.id()).collect();
    if !refused.is_empty() && !read_known(tx, refused.into_iter()).await?.is_empty() {
        return Ok(None);
    }
    write(tx, &facts).await?;
    let (rooms, entries) = (moved_rooms(&sizes, &facts), new_entries(batch, &outcomes));
    if batch::write(tx, &rooms, &entries).await? < entries.len() as u64 {
        return Ok(None);
    }
    audit::write_appended(tx, batch, &outcomes, &facts, now).await?;
    planted::pass(Point::InCommit);
    Ok(Some(outcomes))
}

/// A part of a batch that is still to be appended.
#[derive(Clone, Copy)]
struct Piece<'a> {
    changes: &'a [Append],
    sought: Sought,
    asked_again: bool,
}

impl<'a> Piece<'a> {
    /// Something of it was taken for new that is not.
    fn not_new(self, pieces: &mut Vec<Piece<'a>>, outcomes: &mut Outcomes) {
        match self.sought {
            Sought::AllButMessages => pieces.push(Piece { sought: Sought::All, ..self }),
            Sought::All => self.raced("an id is taken by another change", pieces, outcomes),
        }
    }

    /// The database refused one of the changes.
    fn refused(self, error: &sqlx::Error, pieces: &mut Vec<Piece<'a>>, outcomes: &mut Outcomes) {
        let refused = error.as_database_error();
        if refused.is_some_and(DatabaseError::is_unique_violation) {
            self.raced(error, pieces, outcomes);
        } else {
            self.halved(error, pieces, outcomes);
        }
    }

    /// Another node was first with the same id, into another room: now it is known.
    fn raced(self, why: impl fmt::Display, pieces: &mut Vec<Piece<'a>>, outcomes: &mut Outcomes) {
        if self.asked_again {
            self.halved(why, pieces, outcomes);
        } else {
            pieces.push(Piece { asked_again: true, ..self });
        }
    }

    /// Looks for the change that cannot be written, so that the others are not taken along.
    fn halved(self, why: impl fmt::Display, pieces: &mut Vec<Piece<'a>>, outcomes: &mut Outcomes) {
        if self.changes.len() > 1 {
            let (first, second) = self.changes.split_at(self.changes.len() / 2);
            pieces.push(Piece { changes: second, asked_again: false, ..self });
            pieces.push(Piece { changes: first, asked_again: false, ..self });
        } else if self.sought != Sought::All {
            // Known or not, it is not written now; but what is known is told.
            pieces.push(Piece { sought: Sought::All, ..self });
        } else {
            tracing::error!(error = %why, "the database refused a change");
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

/// The rows of what a batch appended. The id of a change is that of its first entry.
fn new_entries<'a>(appends: &[Append], outcomes: &'a Outcomes) -> Vec<NewEntry<'a>> {
    let mut rows = Vec::with_capacity(outcomes.len());
    for (append, outcome) in appends.iter().zip(outcomes) {
        let Ok(done) = outcome else { continue };
        let mut cid = append.cid.map(|it| it.0);
        for entry in &done.entries {
            let did = match &entry.what {
                What::Did(did) => Some(did),
                _ => None,
            };
            rows.push(NewEntry {
                room: append.room.0,
                seq: number(entry.seq),
                author: entry.author.0,
                cid: cid.take(),
                at: entry.at.0,
                kind: kind_name(&entry.what),
                text: text_of(&entry.what),
                subject: did.and_then(|it| it.subject.as_ref()).map(|it| it.id.0),
                until: did.and_then(|it| it.until).map(|it| it.0),
            });
        }
    }
    rows
}

/// What stands in the column for the text: of a question all that its entry shows, as JSON.
fn text_of(what: &What) -> Cow<'_, str> {
    match what {
        What::Asked(asked) => Cow::Owned(serde_json::to_string(asked).unwrap_or_default()),
        other => Cow::Borrowed(other.text()),
    }
}

/// The kind of an entry in the database.
const fn kind_name(what: &What) -> &'static str {
    match what {
        What::Message { .. } => "message",
        What::Joined => "joined",
        What::Left => "left",
        What::Announced { .. } => "announced",
        What::Did(did) => did.deed.name(),
        What::Asked(_) => "asked",
        // Nothing that is decided here.
        What::Unknown => "unknown",
    }
}
