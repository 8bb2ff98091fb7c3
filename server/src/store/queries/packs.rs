//! The operator's question packs.

use super::{BEGIN_WRITE, Queries, audit};
use crate::{
    audit::Line,
    store::{PackRow, StoreResult},
};
use app::protocol::{
    ids::{Millis, UserId},
    order::Action,
    questions::PackId,
};
use sqlx::Row;

impl Queries {
    pub(in crate::store) async fn pack_marks(&self) -> StoreResult<Vec<(String, i64)>> {
        let sql = "select id, at from pack order by id";
        Ok(sqlx::query_as(sql).fetch_all(&self.readers).await?)
    }

    pub(in crate::store) async fn own_packs(&self) -> StoreResult<Vec<PackRow>> {
        let rows = sqlx::query("select id, toml, at from pack order by id")
            .fetch_all(&self.readers)
            .await?;
        let mut packs = Vec::with_capacity(rows.len());
        for row in rows {
            // Of a newer version, perhaps.
            let Ok(id) = row.try_get::<String, _>("id")?.parse() else { continue };
            packs.push(PackRow { id, toml: row.try_get("toml")?, at: Millis(row.try_get("at")?) });
        }
        Ok(packs)
    }

    pub(in crate::store) async fn put_pack(
        &self,
        id: &PackId,
        toml: &str,
        by: UserId,
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // Each writing has a moment of its own: by it other nodes notice.
        sqlx::query(
            "insert into pack (id, toml, by_id, at) values ($1, $2, $3, $4)
             on conflict (id) do update set toml = excluded.toml, by_id = excluded.by_id,
                 at = case when excluded.at > pack.at then excluded.at else pack.at + 1 end",
        )
        .bind(id.as_str())
        .bind(toml)
        .bind(by.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        audit::write(&mut tx, &line(by, id), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn delete_pack(
        &self,
        id: &PackId,
        by: UserId,
        now: Millis,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let done = sqlx::query("delete from pack where id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut tx, &line(by, id), now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn line(by: UserId, id: &PackId) -> Line {
    Line::thing(Some(by), Action::Pack, id.to_string())
}
