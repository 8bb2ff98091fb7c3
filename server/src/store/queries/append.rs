//! Appending to the logs: one transaction for all that waits, whatever the rooms. `facts.rs` reads
//! what has to be known, `decide.rs` decides, and `changes.rs` writes what came of it.

use super::{
    BEGIN_READ, BEGIN_WRITE, Queries, audit, batch,
    changes::write,
    facts::{read_facts, read_known},
    number,
};
use crate::planted::{self, Point};
use crate::questions::ready::ReadyPacks;
use crate::store::{
    Append, AppendError, Appending, Outcomes, StoreError, StoreResult,
    decide::{Facts, decide},
    error::code_of,
    rows::NewEntry,
};
use app::protocol::{ids::Millis, message::What};
use sqlx::error::DatabaseError;
use std::{borrow::Cow, sync::Arc};

impl Queries {
    pub(in crate::store) async fn append(
        &self,
        batch: &[Append],
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Outcomes> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut pieces = vec![Piece { changes: batch, asked_again: false }];
        while let Some(piece) = pieces.pop() {
            match self.append_together(piece.changes, packs, now).await {
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

    async fn append_together(
        &self,
        batch: &[Append],
        packs: &Arc<ReadyPacks>,
        now: Millis,
    ) -> StoreResult<Outcomes> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let mut facts = read_facts(&mut tx, batch, packs).await?;
        let sizes = facts.sizes();
        let outcomes = decide(&mut facts, batch, now);
        write(&mut tx, &sizes, &facts).await?;
        let entries = new_entries(batch, &outcomes);
        if !entries.is_empty() {
            batch::add_entries(&mut tx, &entries).await?;
        }
        audit::write_appended(&mut tx, batch, &outcomes, &facts, now).await?;
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
