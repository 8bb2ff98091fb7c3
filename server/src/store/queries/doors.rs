//! What a room's door and its settings show beside what the engine knows.

use super::{DbRow, Queries};
use crate::store::{DoorFacts, StoreResult};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    pages::Sanction,
};
use sqlx::Row;

impl Queries {
    pub(in crate::store) async fn door_facts(
        &self,
        room: RoomId,
        user: UserId,
        now: Millis,
    ) -> StoreResult<Option<DoorFacts>> {
        let row = sqlx::query(
            "select (select name from account where id = host_id) as host,
                 successor_id, empty_mins,
                 (select until from sanction where room_id = room.id and account_id = $2
                     and kind = 'ban' and until > $3) as banned_until,
                 (select cast(count(*) as bigint) from waiting as own
                     join waiting as other on other.room_id = own.room_id
                         and (other.since < own.since
                             or (other.since = own.since and other.account_id <= own.account_id))
                     where own.room_id = room.id and own.account_id = $2) as place
             from room where room.id = $1 and closed_at is null",
        )
        .bind(room.0)
        .bind(user.0)
        .bind(now.0)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(facts_from).transpose()
    }

    pub(in crate::store) async fn sanctions(
        &self,
        room: RoomId,
        now: Millis,
    ) -> StoreResult<Vec<Sanction>> {
        let sql = "select kind, account_id, account.name as name, until, reason,
                 author.name as by_name, at
             from sanction
             join account on account.id = account_id
             join account as author on author.id = by_id
             where room_id = $1 and until > $2 order by at desc, account_id, kind";
        let rows = sqlx::query(sql).bind(room.0).bind(now.0).fetch_all(&self.readers).await?;
        rows.iter().map(sanction_from).collect()
    }
}

fn facts_from(row: &DbRow) -> StoreResult<DoorFacts> {
    let count = |it: i64| u32::try_from(it).unwrap_or_default();
    Ok(DoorFacts {
        host: row.try_get("host")?,
        successor: row.try_get::<Option<uuid::Uuid>, _>("successor_id")?.map(UserId),
        empty_mins: row.try_get::<Option<i64>, _>("empty_mins")?.map(count),
        banned_until: row.try_get::<Option<i64>, _>("banned_until")?.map(Millis),
        // Whoever does not wait is before nobody.
        place: Some(count(row.try_get("place")?)).filter(|it| *it > 0),
    })
}

fn sanction_from(row: &DbRow) -> StoreResult<Sanction> {
    let until: i64 = row.try_get("until")?;
    Ok(Sanction {
        banned: row.try_get::<&str, _>("kind")? == "ban",
        user: UserId(row.try_get("account_id")?),
        name: row.try_get("name")?,
        until: Some(Millis(until)).filter(|it| it.0 < i64::MAX),
        reason: row.try_get("reason")?,
        by: row.try_get("by_name")?,
        at: Millis(row.try_get("at")?),
    })
}
