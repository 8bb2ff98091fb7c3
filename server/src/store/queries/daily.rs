//! The channels that have a question of the day.

use super::{BEGIN_WRITE, Queries, leases::leads};
use crate::store::{Fence, StoreResult};
use app::protocol::ids::{RoomId, UserId};
use sqlx::Row;

impl Queries {
    pub(in crate::store) async fn has_daily(&self, room: RoomId) -> StoreResult<bool> {
        let row = sqlx::query("select told from daily where room_id = $1")
            .bind(room.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some())
    }

    pub(in crate::store) async fn set_daily(
        &self,
        room: RoomId,
        on: bool,
        day: i64,
    ) -> StoreResult<()> {
        let sql = if on {
            "insert into daily (room_id, told) values ($1, $2 - 1) on conflict (room_id) do nothing"
        } else {
            "delete from daily where room_id = $1 and $2 >= 0"
        };
        sqlx::query(sql).bind(room.0).bind(day).execute(&self.writer).await?;
        Ok(())
    }

    pub(in crate::store) async fn dailies_due(
        &self,
        day: i64,
        most: u32,
    ) -> StoreResult<Vec<(RoomId, UserId)>> {
        let rows = sqlx::query(
            "select daily.room_id, account.id as owner
             from daily join room on room.id = daily.room_id join account on account.id = (
                 select id from account where role = 'owner' order by created_at, id limit 1)
             where told < $1 and room.kind = 'channel' and closed_at is null
             order by daily.room_id limit $2",
        )
        .bind(day)
        .bind(i64::from(most))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| Ok((RoomId(row.try_get("room_id")?), UserId(row.try_get("owner")?))))
            .collect()
    }

    pub(in crate::store) async fn daily_told(
        &self,
        fence: Fence,
        room: RoomId,
        day: i64,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(());
        }
        sqlx::query("update daily set told = $2 where room_id = $1 and told < $2")
            .bind(room.0)
            .bind(day)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
