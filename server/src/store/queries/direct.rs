//! Direct rooms, and blocks.

use super::{BEGIN_WRITE, FOR_UPDATE, Queries, number, seq_from};
use crate::{
    store::{BlockMark, StoreResult},
    veil::Mask,
};
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    pages::Blocked,
};
use sqlx::{QueryBuilder, Row};
use std::collections::HashSet;

/// After all rooms that have a place in lists.
const POSITION: i64 = 1_000_000;

/// The address of the room of these two: the same whoever of them asks.
fn address(one: UserId, other: UserId) -> String {
    let (low, high) = (one.min(other), one.max(other));
    format!("direct:{low}:{high}")
}

impl Queries {
    pub(in crate::store) async fn direct_room(
        &self,
        one: UserId,
        other: UserId,
    ) -> StoreResult<Option<RoomId>> {
        let row: Option<(uuid::Uuid,)> =
            sqlx::query_as("select id from room where address = $1 and closed_at is null")
                .bind(address(one, other))
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(|(id,)| RoomId(id)))
    }

    pub(in crate::store) async fn make_direct_room(
        &self,
        asker: UserId,
        other: UserId,
        now: Millis,
    ) -> StoreResult<RoomId> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let address = address(asker, other);
        let made = sqlx::query(
            "insert into room
                 (id, kind, address, name, topic, capacity, position, head, people, created_at,
                  door, asked_by)
             values ($1, 'direct', $2, '', '', 2, $3, 0, 2, $4, 'invite', $5)
             on conflict (address) do nothing",
        )
        .bind(uuid::Uuid::now_v7())
        .bind(&address)
        .bind(POSITION)
        .bind(now.0)
        .bind(asker.0)
        .execute(&mut *tx)
        .await?;
        let mut sql = QueryBuilder::new("select id from room where address = ");
        sql.push_bind(address).push(FOR_UPDATE);
        let room: uuid::Uuid = sql.build().fetch_one(&mut *tx).await?.try_get("id")?;
        if made.rows_affected() > 0 {
            for user in [asker, other] {
                sqlx::query(
                    "insert into member (room_id, account_id, joined_at) values ($1, $2, $3)",
                )
                .bind(room)
                .bind(user.0)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(RoomId(room))
    }

    pub(in crate::store) async fn refuse_request(
        &self,
        room: RoomId,
        user: UserId,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "update room set locked = 1
             where id = $1 and kind = 'direct' and asked_by is not null and asked_by <> $2
                 and exists (select 1 from member where room_id = $1 and account_id = $2)",
        )
        .bind(room.0)
        .bind(user.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(in crate::store) async fn see(&self, seen: &[(RoomId, UserId, Seq)]) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        for (room, user, seq) in seen {
            sqlx::query(
                "update member set seen = $3
                 where room_id = $1 and account_id = $2 and seen < $3",
            )
            .bind(room.0)
            .bind(user.0)
            .bind(number(*seq))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn seen(&self, room: RoomId, user: UserId) -> StoreResult<Seq> {
        let row = sqlx::query("select seen from member where room_id = $1 and account_id = $2")
            .bind(room.0)
            .bind(user.0)
            .fetch_optional(&self.readers)
            .await?;
        row.map_or(Ok(Seq::ZERO), |row| seq_from(&row, "seen"))
    }

    pub(in crate::store) async fn set_quiet(
        &self,
        room: RoomId,
        user: UserId,
        quiet: bool,
    ) -> StoreResult<bool> {
        let sql = if quiet {
            "insert into quiet (account_id, room_id) select account_id, room_id from member
             where account_id = $1 and room_id = $2 on conflict do nothing"
        } else {
            "delete from quiet where account_id = $1 and room_id = $2"
        };
        sqlx::query(sql).bind(user.0).bind(room.0).execute(&self.writer).await?;
        let sql = "select 1 from member where account_id = $1 and room_id = $2";
        let member = sqlx::query(sql).bind(user.0).bind(room.0).fetch_optional(&self.readers);
        Ok(member.await?.is_some())
    }

    pub(in crate::store) async fn quiet_rooms(&self, user: UserId) -> StoreResult<HashSet<RoomId>> {
        let sql = "select room_id from quiet where account_id = $1";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok(RoomId(row.try_get("room_id")?))).collect()
    }

    pub(in crate::store) async fn blocks(&self, user: UserId) -> StoreResult<Vec<Blocked>> {
        let sql = "select id, name, at, masked from (
                 select account.id, account.name, at, cast(0 as bigint) as masked from block
                     join account on account.id = blocked_id where blocker_id = $1
                 union all select mask, '', at, cast(1 as bigint) from shun where by_id = $1
             ) as all_of_them order by at desc, id";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let mask = Mask(row.try_get("id")?);
                let masked = row.try_get::<i64, _>("masked")? != 0;
                let name = if masked { mask.name().to_owned() } else { row.try_get("name")? };
                Ok(Blocked { id: mask.id(), name, at: Millis(row.try_get("at")?), masked })
            })
            .collect()
    }

    pub(in crate::store) async fn block(
        &self,
        user: UserId,
        other: UserId,
        now: Millis,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let there: Option<(i64,)> = sqlx::query_as("select created_at from account where id = $1")
            .bind(other.0)
            .fetch_optional(&mut *tx)
            .await?;
        if there.is_none() {
            return Ok(false);
        }
        sqlx::query(
            "insert into block (blocker_id, blocked_id, at) values ($1, $2, $3)
             on conflict (blocker_id, blocked_id) do nothing",
        )
        .bind(user.0)
        .bind(other.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(in crate::store) async fn unblock(&self, user: UserId, other: UserId) -> StoreResult<()> {
        for sql in [
            "delete from block where blocker_id = $1 and blocked_id = $2",
            "delete from shun where by_id = $1 and mask = $2",
        ] {
            sqlx::query(sql).bind(user.0).bind(other.0).execute(&self.writer).await?;
        }
        Ok(())
    }

    pub(in crate::store) async fn all_blocks(&self) -> StoreResult<Vec<(UserId, UserId)>> {
        let rows = sqlx::query("select blocker_id, blocked_id from block")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let blocker = UserId(row.try_get("blocker_id")?);
                Ok((blocker, UserId(row.try_get("blocked_id")?)))
            })
            .collect()
    }

    pub(in crate::store) async fn block_mark(&self) -> StoreResult<BlockMark> {
        // Of a few million blocks the sum still has its place.
        let (count, sum): (i64, i64) = sqlx::query_as(
            "select count(*), cast(coalesce(sum(at % 1000000007), 0) as bigint) from block",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(BlockMark { count, sum })
    }
}
