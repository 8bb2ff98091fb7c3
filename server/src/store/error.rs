//! Why the store did not do what it was asked, and whether asking again may help.

use app::protocol::refusal::Refusal;
use sqlx::migrate::MigrateError;
use std::{borrow::Cow, path::PathBuf};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another user has that name, or one that looks like it.
    #[error("the name is taken")]
    NameTaken,
    /// No such row.
    #[error("not found")]
    NotFound,
    /// The server's own rules say no, by what the transaction found.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The linked SQLite can corrupt a write-ahead log, or the queries were never tried with such
    /// a PostgreSQL.
    #[error("{program} {found} is too old, at least {least} is needed")]
    TooOld {
        /// Which program.
        program: &'static str,
        /// The version found.
        found: String,
        /// The oldest version that will do.
        least: &'static str,
    },
    /// The file cannot be opened or written.
    #[error("cannot open the database {}: {why}", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// PostgreSQL does not answer, does not let us in, or cannot hold every text.
    #[error("{why}")]
    Unreachable {
        /// What is wrong, and how to mend it.
        why: String,
    },
    /// A newer version of Maru has been at this database.
    #[error(
        "a newer version of Maru has changed this database (schema {schema}); run that version, or \
         restore a backup from before"
    )]
    FromTheFuture {
        /// The first migration that is not known here.
        schema: i64,
    },
    /// The schema could not be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migrate(MigrateError),
    /// The database failed.
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(schema) => Self::FromTheFuture { schema },
            other => Self::Migrate(other),
        }
    }
}

/// The result of a query.
pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// Whether the same may be answered a moment later: the database is away or starting, its
    /// connections were cut, or others were in the way. What was asked may have been done all the
    /// same.
    pub fn is_away(&self) -> bool {
        use sqlx::Error::{Io, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match self {
            Self::Db(Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | WorkerCrashed) => true,
            Self::Db(error) => code_of(error).is_some_and(|code| may_pass(&code)),
            _ => false,
        }
    }

    /// Whether somebody else held for too long what was to be changed.
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Db(error) if code_of(error).as_deref() == Some("55P03"))
    }

    /// Whether the disk of the database is full; nothing was kept.
    pub fn is_disk_full(&self) -> bool {
        let Self::Db(error) = self else { return false };
        matches!(code_of(error).as_deref(), Some("13" | "53100"))
    }
}

/// What the database calls the error.
pub(super) fn code_of(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}

/// Codes of errors that pass by themselves. PostgreSQL's have five characters; SQLite's are
/// numbers, whose last byte is 5 where another process holds the file.
fn may_pass(code: &str) -> bool {
    match code {
        // Too many connections, read-only after a change of server, cancelled by a timeout, ended
        // or starting, no lock in time, two in each other's way.
        "53300" | "25006" | "57014" | "57P01" | "57P02" | "57P03" | "57P05" | "55P03" | "40001"
        | "40P01" | "25P03" => true,
        // All failures of a connection.
        _ if code.len() == 5 && code.starts_with("08") => true,
        _ => code.parse::<u32>().is_ok_and(|number| code.len() < 5 && number & 0xff == 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        for code in ["08006", "57P01", "57P03", "40P01", "55P03", "5", "517"] {
            assert!(may_pass(code), "{code}");
        }
        for code in ["23505", "23503", "42P01", "13", "19", "2067", "53100", "28P01"] {
            assert!(!may_pass(code), "{code}");
        }
    }
}
