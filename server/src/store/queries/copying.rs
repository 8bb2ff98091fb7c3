//! Reading and writing whole tables, for a copy into another database.

use super::{BEGIN_READ, BEGIN_WRITE, Db, DbRow, Queries, Tx, UNHURRIED, number};
use crate::store::{
    StoreResult,
    tables::{Kind, Table, Value},
};
use app::protocol::ids::{RoomId, Seq};
use sqlx::{AssertSqlSafe, QueryBuilder, Row};

/// Rows of one statement.
const PAGE: usize = 500;

/// A transaction that reads or writes whole tables.
pub(in crate::store) struct Copying {
    tx: Tx<'static>,
}

impl Queries {
    /// Begins to read everything as it is at this moment.
    pub(in crate::store) async fn begin_reading(&self) -> StoreResult<Copying> {
        Copying::begin(self.readers.begin_with(BEGIN_READ).await?).await
    }

    /// Begins to write; nothing of it is there before [`Copying::commit`].
    pub(in crate::store) async fn begin_writing(&self) -> StoreResult<Copying> {
        Copying::begin(self.writer.begin_with(BEGIN_WRITE).await?).await
    }
}

impl Copying {
    async fn begin(mut tx: Tx<'static>) -> StoreResult<Self> {
        sqlx::raw_sql(UNHURRIED).execute(&mut *tx).await?;
        Ok(Self { tx })
    }

    /// The rows after that one in the order of the key, or the first ones; none after the last.
    pub(in crate::store) async fn page(
        &mut self,
        table: &Table,
        after: Option<&[Value]>,
    ) -> StoreResult<Vec<Vec<Value>>> {
        let (columns, key) = (table.column_list(), table.key_list());
        let mut sql = QueryBuilder::<Db>::new("select ");
        sql.push(columns).push(" from ").push(table.name);
        if let Some(after) = after {
            sql.push(" where (").push(&key).push(") > (");
            push(&mut sql, after.iter().take(table.key));
            sql.push(")");
        }
        sql.push(" order by ").push(key).push(format!(" limit {PAGE}"));
        let rows = sql.build().fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| values_of(row, table)).collect()
    }

    /// Writes rows.
    pub(in crate::store) async fn write(
        &mut self,
        table: &Table,
        rows: &[Vec<Value>],
    ) -> StoreResult<()> {
        let mut sql = QueryBuilder::<Db>::new("insert into ");
        sql.push(table.name).push(" (").push(table.column_list()).push(") values ");
        for (n, row) in rows.iter().enumerate() {
            sql.push(if n == 0 { "(" } else { ", (" });
            push(&mut sql, row.iter());
            sql.push(")");
        }
        sql.build().persistent(false).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// How many rows a table has.
    pub(in crate::store) async fn count(&mut self, table: &Table) -> StoreResult<i64> {
        let sql = AssertSqlSafe(format!("select count(*) from {}", table.name));
        let (count,) = sqlx::query_as(sql).fetch_one(&mut *self.tx).await?;
        Ok(count)
    }

    /// Removes all rows of a table.
    pub(in crate::store) async fn clear(&mut self, table: &Table) -> StoreResult<()> {
        let sql = AssertSqlSafe(format!("delete from {}", table.name));
        sqlx::query(sql).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// The rooms whose head is not the place of their last entry, or whose log has holes.
    pub(in crate::store) async fn broken_rooms(&mut self) -> StoreResult<Vec<RoomId>> {
        let sql = "select id from room left join
                 (select room_id, count(*) as entries, max(seq) as last from entry group by room_id)
                     as log on log.room_id = room.id
             where head <> coalesce(entries, 0) or head <> coalesce(last, 0)";
        let rows = sqlx::query(sql).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| Ok(RoomId(row.try_get("id")?))).collect()
    }

    /// The heads of all rooms, in the order of their ids.
    pub(in crate::store) async fn heads(&mut self) -> StoreResult<Vec<(RoomId, i64)>> {
        let sql = "select id, head from room order by id";
        let rows = sqlx::query(sql).fetch_all(&mut *self.tx).await?;
        rows.iter()
            .map(|row| {
                let head: Seq = super::seq_from(row, "head")?;
                Ok((RoomId(row.try_get("id")?), number(head)))
            })
            .collect()
    }

    /// Keeps what was written.
    pub(in crate::store) async fn commit(self) -> StoreResult<()> {
        Ok(self.tx.commit().await?)
    }
}

fn push<'a>(sql: &mut QueryBuilder<Db>, values: impl Iterator<Item = &'a Value>) {
    for (n, value) in values.enumerate() {
        if n > 0 {
            sql.push(", ");
        }
        match value {
            Value::Id(it) => sql.push_bind(*it),
            Value::MaybeId(it) => sql.push_bind(*it),
            Value::Number(it) => sql.push_bind(*it),
            Value::MaybeNumber(it) => sql.push_bind(*it),
            Value::Text(it) => sql.push_bind(it.as_str()),
            Value::MaybeText(it) => sql.push_bind(it.as_deref()),
            Value::Bytes(it) => sql.push_bind(it.as_slice()),
        };
    }
}

fn values_of(row: &DbRow, table: &Table) -> StoreResult<Vec<Value>> {
    let value = |(name, kind): &(&str, Kind)| {
        Ok(match kind {
            Kind::Id => Value::Id(row.try_get(*name)?),
            Kind::MaybeId => Value::MaybeId(row.try_get(*name)?),
            Kind::Number => Value::Number(row.try_get(*name)?),
            Kind::MaybeNumber => Value::MaybeNumber(row.try_get(*name)?),
            Kind::Text => Value::Text(row.try_get(*name)?),
            Kind::MaybeText => Value::MaybeText(row.try_get(*name)?),
            Kind::Bytes => Value::Bytes(row.try_get(*name)?),
        })
    };
    table.columns.iter().map(value).collect()
}
