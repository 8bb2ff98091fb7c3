//! The tables, as they are copied from one database to another.

use uuid::Uuid;

/// A table: its columns, and how many of the first ones are its key. Tables that others point to
/// come first.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    pub(super) key: usize,
}

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Id,
    MaybeId,
    Number,
    Text,
    MaybeText,
    Bytes,
}

/// What a column of a row holds.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Id(Uuid),
    MaybeId(Option<Uuid>),
    Number(i64),
    Text(String),
    MaybeText(Option<String>),
    Bytes(Vec<u8>),
}

impl Table {
    /// The names of its columns, in a row.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|it| it.0).collect::<Vec<_>>().join(", ")
    }

    /// The names of the columns of its key, in a row.
    pub(super) fn key_list(&self) -> String {
        self.columns.iter().take(self.key).map(|it| it.0).collect::<Vec<_>>().join(", ")
    }
}

/// Rows of what a deployment says about itself; a new database has some of its own.
pub(super) const META: Table =
    Table { name: "meta", columns: &[("key", Kind::Text), ("value", Kind::Text)], key: 1 };

/// All other tables.
pub(super) const TABLES: [Table; 6] = [
    Table {
        name: "account",
        columns: &[
            ("id", Kind::Id),
            ("name", Kind::Text),
            ("name_key", Kind::Text),
            ("password", Kind::MaybeText),
            ("role", Kind::Text),
            ("created_at", Kind::Number),
            ("generation", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "login",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("token_hash", Kind::Bytes),
            ("agent", Kind::Text),
            ("created_at", Kind::Number),
            ("seen_at", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "room",
        columns: &[
            ("id", Kind::Id),
            ("kind", Kind::Text),
            ("address", Kind::MaybeText),
            ("name", Kind::Text),
            ("topic", Kind::Text),
            ("capacity", Kind::Number),
            ("position", Kind::Number),
            ("head", Kind::Number),
            ("people", Kind::Number),
            ("created_at", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "member",
        columns: &[("room_id", Kind::Id), ("account_id", Kind::Id), ("joined_at", Kind::Number)],
        key: 2,
    },
    Table {
        name: "entry",
        columns: &[
            ("room_id", Kind::Id),
            ("seq", Kind::Number),
            ("author_id", Kind::Id),
            ("cid", Kind::MaybeId),
            ("at", Kind::Number),
            ("kind", Kind::Text),
            ("text", Kind::Text),
        ],
        key: 2,
    },
    Table { name: "lease", columns: &[("name", Kind::Text), ("fence", Kind::Number)], key: 1 },
];
