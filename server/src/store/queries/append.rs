//! Appending to the logs: one transaction for all that waits, whatever the rooms. `facts.rs` reads
//! what has to be known, `decide.rs` decides, and `changes.rs` writes what came of it.
//!
//! Nearly every message is said for the first time. So messages are taken for new at first, and
//! nobody looks for their ids but for those that are refused: what was written before may not be.
//! Where one is known all the same, nothing of the batch is kept, and it is decided anew.

use super::{
    BEGIN_READ, BEGIN_WRITE, Db, Queries, audit, batch,
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
use std::{borrow::Cow, fmt, sync::Arc};

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
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut pieces =
            vec![Piece { changes: batch, sought: Sought::AllButMessages, asked_again: false }];
        while let Some(piece) = pieces.pop() {
            match self.append_together(held, &piece, packs, now).await {
                Ok(Some(done)) => outcomes.extend(done),
                Ok(None) => piece.not_new(&mut pieces, &mut outcomes),
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

    /// Appends a piece as a whole; none where something of it was taken for new that may not be.
    async fn append_together(
        &self,
        held: &mut Option<PoolConnection<Db>>,
        piece: &Piece<'_>,
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Option<Outcomes>> {
        let Piece { changes: batch, sought, .. } = *piece;
        if batch.is_empty() {
            return Ok(Some(Vec::new()));
        }
        // Kept only once all is well: the pool looks whether it can be used again.
        let mut connection = match held.take() {
            Some(connection) => connection,
            None => self.writer.acquire().await?,
        };
        let mut tx = connection.begin_with(BEGIN_WRITE).await?;
        let mut facts = read_facts(&mut tx, batch, sought, packs).await?;
        let sizes = facts.sizes();
        let outcomes = decide(&mut facts, batch, now);
        let refused =
            batch.iter().zip(&outcomes).filter(|it| it.1.is_err() && !sought.includes(it.0));
        let refused: Vec<_> = refused.filter_map(|it| it.0.id()).collect();
        if !refused.is_empty() && !read_known(&mut tx, refused.into_iter()).await?.is_empty() {
            tx.rollback().await?;
            return Ok(None);
        }
        write(&mut tx, &facts).await?;
        let (rooms, entries) = (moved_rooms(&sizes, &facts), new_entries(batch, &outcomes));
        if batch::write(&mut tx, &rooms, &entries).await? < entries.len() as u64 {
            tx.rollback().await?;
            return Ok(None);
        }
        audit::write_appended(&mut tx, batch, &outcomes, &facts, now).await?;
        planted::pass(Point::InCommit);
        tx.commit().await?;
        *held = Some(connection);
        Ok(Some(outcomes))
    }
}

/// A part of a batch that is still to be appended.
#[derive(Clone, Copy)]
struct Piece<'a> {
    changes: &'a [Append],
    sought: Sought,
    asked_again: bool,
}

impl<'a> Piece<'a> {
    /// Something that was taken for new is perhaps known.
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
