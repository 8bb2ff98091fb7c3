//! Reading the logs.

use super::{BEGIN_READ, DbRow, Queries, number, seq_from};
use crate::store::{EntryPage, StoreResult};
use app::protocol::{
    ids::{Cid, Millis, RoomId, Seq, UserId},
    message::{Deed, Did, Entry, Subject, What},
};
use sqlx::Row;

const COLUMNS_AFTER: &str = "select seq, at, author_id, author.name, cid, kind, text, until, subject_id, subject.name as subject_name
     from entry join account author on author.id = author_id
         left join account subject on subject.id = subject_id
     where room_id = $1 and seq > $2 order by seq limit $3";
const COLUMNS_BEFORE: &str = "select seq, at, author_id, author.name, cid, kind, text, until, subject_id, subject.name as subject_name
     from entry join account author on author.id = author_id
         left join account subject on subject.id = subject_id
     where room_id = $1 and seq < $2 order by seq desc limit $3";

impl Queries {
    pub(in crate::store) async fn entries(
        &self,
        room: RoomId,
        after: Option<Seq>,
        before: Option<Seq>,
        limit: usize,
    ) -> StoreResult<EntryPage> {
        let (sql, place) = match (after, before) {
            (Some(after), _) => (COLUMNS_AFTER, number(after)),
            (None, Some(before)) => (COLUMNS_BEFORE, number(before)),
            (None, None) => (COLUMNS_BEFORE, i64::MAX),
        };
        // One read transaction, so that head and entries are of one moment.
        let mut tx = self.readers.begin_with(BEGIN_READ).await?;
        let head = sqlx::query("select head from room where id = $1")
            .bind(room.0)
            .fetch_optional(&mut *tx)
            .await?
            .map_or(Ok(Seq::ZERO), |row| seq_from(&row, "head"))?;
        let rows = sqlx::query(sql)
            .bind(room.0)
            .bind(place)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        let mut entries = rows.iter().map(entry_from).collect::<StoreResult<Vec<_>>>()?;
        if after.is_none() {
            entries.reverse();
        }
        let more_before = entries.first().is_some_and(|it| it.seq > Seq::ZERO.next());
        Ok(EntryPage { entries, head, more_before })
    }
}

fn entry_from(row: &DbRow) -> StoreResult<Entry> {
    let text = || row.try_get::<String, _>("text");
    let what = match row.try_get("kind")? {
        "message" => What::Message { text: text()? },
        "joined" => What::Joined,
        "left" => What::Left,
        "announced" => What::Announced { text: text()? },
        // Of a newer server, perhaps.
        "asked" => serde_json::from_str(&text()?).map_or(What::Unknown, What::Asked),
        other => match Deed::ALL.iter().find(|it| it.name() == other) {
            Some(deed) => What::Did(Did {
                deed: *deed,
                subject: subject_from(row)?,
                until: row.try_get::<Option<i64>, _>("until")?.map(Millis),
                text: text()?,
            }),
            None => What::Unknown,
        },
    };
    let cid = row.try_get::<Option<uuid::Uuid>, _>("cid")?.map(Cid);
    Ok(Entry {
        seq: seq_from(row, "seq")?,
        at: Millis(row.try_get("at")?),
        author: UserId(row.try_get("author_id")?),
        name: row.try_get("name")?,
        cid: cid.filter(|_| matches!(what, What::Message { .. })),
        what,
    })
}

fn subject_from(row: &DbRow) -> StoreResult<Option<Subject>> {
    let id: Option<uuid::Uuid> = row.try_get("subject_id")?;
    let name: Option<String> = row.try_get("subject_name")?;
    Ok(id.zip(name).map(|(id, name)| Subject { id: UserId(id), name }))
}
