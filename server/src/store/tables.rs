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
    MaybeNumber,
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
    MaybeNumber(Option<i64>),
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
pub(super) const TABLES: [Table; 34] = [
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
            ("banned_until", Kind::MaybeNumber),
            ("muted_until", Kind::MaybeNumber),
            ("about", Kind::Text),
            ("languages", Kind::Text),
            ("interests", Kind::Text),
            ("presence", Kind::Text),
            ("email", Kind::MaybeText),
            ("one_login", Kind::Number),
            ("born", Kind::MaybeNumber),
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
            ("door", Kind::Text),
            ("password", Kind::MaybeText),
            ("locked", Kind::Number),
            ("slow_secs", Kind::Number),
            ("host_id", Kind::MaybeId),
            ("successor_id", Kind::MaybeId),
            ("empty_mins", Kind::MaybeNumber),
            ("empty_since", Kind::MaybeNumber),
            ("closes_at", Kind::MaybeNumber),
            ("closed_at", Kind::MaybeNumber),
            ("asked_by", Kind::MaybeId),
            ("sanctions", Kind::Number),
            ("waiting", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "member",
        columns: &[
            ("room_id", Kind::Id),
            ("account_id", Kind::Id),
            ("joined_at", Kind::Number),
            ("cohost_at", Kind::MaybeNumber),
            ("speaker", Kind::Number),
            ("said_at", Kind::MaybeNumber),
            ("seen", Kind::Number),
        ],
        key: 2,
    },
    Table { name: "quiet", columns: &[("account_id", Kind::Id), ("room_id", Kind::Id)], key: 2 },
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
            ("subject_id", Kind::MaybeId),
            ("until", Kind::MaybeNumber),
        ],
        key: 2,
    },
    Table { name: "lease", columns: &[("name", Kind::Text), ("fence", Kind::Number)], key: 1 },
    Table {
        name: "sanction",
        columns: &[
            ("room_id", Kind::Id),
            ("account_id", Kind::Id),
            ("kind", Kind::Text),
            ("until", Kind::Number),
            ("reason", Kind::Text),
            ("by_id", Kind::Id),
            ("at", Kind::Number),
        ],
        key: 3,
    },
    Table {
        name: "waiting",
        columns: &[("room_id", Kind::Id), ("account_id", Kind::Id), ("since", Kind::Number)],
        key: 2,
    },
    Table {
        name: "invite",
        columns: &[
            ("id", Kind::Id),
            ("room_id", Kind::Id),
            ("token_hash", Kind::Bytes),
            ("by_id", Kind::Id),
            ("created_at", Kind::Number),
            ("expires_at", Kind::Number),
            ("uses_left", Kind::MaybeNumber),
            ("used", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "block",
        columns: &[("blocker_id", Kind::Id), ("blocked_id", Kind::Id), ("at", Kind::Number)],
        key: 2,
    },
    Table {
        name: "shun",
        columns: &[
            ("by_id", Kind::Id),
            ("of_id", Kind::Id),
            ("mask", Kind::Id),
            ("at", Kind::Number),
        ],
        key: 2,
    },
    Table {
        name: "job",
        columns: &[
            ("id", Kind::Id),
            ("kind", Kind::Text),
            ("due_at", Kind::Number),
            ("room_id", Kind::MaybeId),
            ("account_id", Kind::Id),
            ("seq", Kind::MaybeNumber),
            ("detail", Kind::Text),
            ("created_at", Kind::Number),
            ("begun_at", Kind::MaybeNumber),
            ("done_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "picture",
        columns: &[
            ("account_id", Kind::Id),
            ("version", Kind::Id),
            ("mime", Kind::Text),
            ("small", Kind::Bytes),
            ("large", Kind::Bytes),
            ("at", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "reset",
        columns: &[
            ("token_hash", Kind::Bytes),
            ("account_id", Kind::Id),
            ("created_at", Kind::Number),
            ("password_hash", Kind::Bytes),
        ],
        key: 1,
    },
    Table {
        name: "report",
        columns: &[
            ("id", Kind::Id),
            ("by_id", Kind::Id),
            ("against_id", Kind::Id),
            ("room_id", Kind::MaybeId),
            ("room_name", Kind::Text),
            ("seq", Kind::MaybeNumber),
            ("why", Kind::Text),
            ("text", Kind::Text),
            ("excerpt", Kind::Text),
            ("at", Kind::Number),
            ("decision", Kind::MaybeText),
            ("decided_by", Kind::MaybeId),
            ("decided_at", Kind::MaybeNumber),
            ("until", Kind::MaybeNumber),
            ("note", Kind::Text),
            ("room_kind", Kind::Text),
        ],
        key: 1,
    },
    Table {
        name: "audit",
        columns: &[
            ("id", Kind::Id),
            ("at", Kind::Number),
            ("by_id", Kind::MaybeId),
            ("by_name", Kind::Text),
            ("action", Kind::Text),
            ("object_id", Kind::MaybeId),
            ("object_name", Kind::Text),
            ("detail", Kind::Text),
        ],
        key: 1,
    },
    Table {
        name: "notice",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("at", Kind::Number),
            ("told", Kind::Text),
            ("why", Kind::MaybeText),
            ("until", Kind::MaybeNumber),
            ("role", Kind::MaybeText),
            ("text", Kind::Text),
            ("confirmed_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "ticket",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("wishes", Kind::Text),
            ("band", Kind::Text),
            ("guest", Kind::Number),
            ("since", Kind::Number),
            ("state", Kind::Text),
            ("acted_at", Kind::Number),
            ("skipped_at", Kind::MaybeNumber),
            ("changed_at", Kind::Number),
            ("ended_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "proposal",
        columns: &[
            ("id", Kind::Id),
            ("made_at", Kind::Number),
            ("expires_at", Kind::Number),
            ("state", Kind::Text),
            ("common", Kind::Text),
            ("room_id", Kind::MaybeId),
        ],
        key: 1,
    },
    Table {
        name: "seat",
        columns: &[
            ("proposal_id", Kind::Id),
            ("ticket_id", Kind::Id),
            ("account_id", Kind::Id),
            ("answer", Kind::MaybeText),
            ("answered_at", Kind::MaybeNumber),
            ("held", Kind::Number),
            ("open", Kind::Number),
        ],
        key: 2,
    },
    Table {
        name: "met",
        columns: &[
            ("low_id", Kind::Id),
            ("high_id", Kind::Id),
            ("at", Kind::MaybeNumber),
            ("times", Kind::Number),
            ("skipped_at", Kind::MaybeNumber),
        ],
        key: 2,
    },
    Table {
        name: "wait",
        columns: &[
            ("id", Kind::Id),
            ("at", Kind::Number),
            ("waited_ms", Kind::Number),
            ("matched", Kind::Number),
            ("band", Kind::Text),
            ("wishes", Kind::Text),
        ],
        key: 1,
    },
    Table {
        name: "lookout",
        columns: &[
            ("account_id", Kind::Id),
            ("wishes", Kind::Text),
            ("since", Kind::Number),
            ("until", Kind::Number),
            ("told_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "conduct",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("kind", Kind::Text),
            ("at", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "meeting",
        columns: &[
            ("room_id", Kind::Id),
            ("began_at", Kind::Number),
            ("common", Kind::Text),
            ("openness", Kind::Text),
            ("questions", Kind::Text),
            ("clock_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "meeter",
        columns: &[
            ("room_id", Kind::Id),
            ("account_id", Kind::Id),
            ("keep", Kind::Number),
            ("openness", Kind::Text),
            ("mask", Kind::MaybeId),
        ],
        key: 2,
    },
    Table {
        name: "asked",
        columns: &[
            ("id", Kind::Id),
            ("room_id", Kind::Id),
            ("question", Kind::Text),
            ("ko", Kind::Text),
            ("en", Kind::Text),
            ("how", Kind::Text),
            ("word", Kind::Text),
            ("seq", Kind::Number),
            ("at", Kind::Number),
            ("turn", Kind::Number),
            ("state", Kind::Text),
            ("closed_at", Kind::MaybeNumber),
        ],
        key: 1,
    },
    Table {
        name: "answer",
        columns: &[
            ("asked_id", Kind::Id),
            ("turn", Kind::Number),
            ("account_id", Kind::Id),
            ("text", Kind::Text),
            ("at", Kind::Number),
        ],
        key: 3,
    },
    Table {
        name: "skip",
        columns: &[
            ("asked_id", Kind::Id),
            ("account_id", Kind::Id),
            ("room_id", Kind::Id),
            ("at", Kind::Number),
        ],
        key: 3,
    },
    Table {
        name: "pack",
        columns: &[
            ("id", Kind::Text),
            ("toml", Kind::Text),
            ("by_id", Kind::MaybeId),
            ("at", Kind::Number),
        ],
        key: 1,
    },
    Table { name: "daily", columns: &[("room_id", Kind::Id), ("told", Kind::Number)], key: 1 },
    Table {
        name: "speed",
        columns: &[
            ("room_id", Kind::Id),
            ("rounds", Kind::Number),
            ("mins", Kind::Number),
            ("weekly", Kind::Number),
            ("done", Kind::Number),
            ("next_at", Kind::Number),
        ],
        key: 1,
    },
    Table {
        name: "speed_guest",
        columns: &[
            ("room_id", Kind::Id),
            ("account_id", Kind::Id),
            ("wishes", Kind::Text),
            ("sat_out", Kind::Number),
        ],
        key: 2,
    },
];
