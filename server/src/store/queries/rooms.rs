//! Rooms and who belongs to them.

use super::{
    BEGIN_WRITE, DbRow, FOR_UPDATE, Queries, lock_deployment, seq_from, users::picture_from,
};
use crate::store::{
    ChannelSpec, MemberRow, RoomRow, StoreError, StoreResult,
    rows::{door_from, kind_from, role_from},
};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    room::{Rank, Request},
    snapshot::RoomSummary,
};
use sqlx::{QueryBuilder, Row};

impl Queries {
    pub(in crate::store) async fn ensure_channels(
        &self,
        channels: &[ChannelSpec],
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        lock_deployment(&mut tx).await?;
        // In the order of ids, as every batch locks them.
        let mut lock = QueryBuilder::new("select id from room order by id");
        lock.push(FOR_UPDATE);
        lock.build().fetch_all(&mut *tx).await?;
        sqlx::query("update room set position = 1000000 where kind = 'channel'")
            .execute(&mut *tx)
            .await?;
        for (position, channel) in (0_i64..).zip(channels) {
            sqlx::query(
                "insert into room
                     (id, kind, address, name, topic, capacity, position, head, people, created_at)
                 values ($1, 'channel', $2, $2, $3, $4, $5, 0, 0, $6)
                 on conflict (address) do update set topic = excluded.topic,
                     capacity = excluded.capacity, position = excluded.position",
            )
            .bind(uuid::Uuid::now_v7())
            .bind(&channel.name)
            .bind(&channel.topic)
            .bind(i64::from(channel.capacity))
            .bind(position)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn rooms(&self) -> StoreResult<Vec<RoomRow>> {
        let sql = "select id, kind, name, topic, capacity, head, people, door, locked, slow_secs,
                 closes_at, host_id, successor_id, asked_by
             from room where closed_at is null order by position, name, id";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        rows.iter().map(room_from).collect()
    }

    pub(in crate::store) async fn members(&self, room: RoomId) -> StoreResult<Vec<MemberRow>> {
        let sql = "select account.id, account.name, role, version as picture, speaker,
                 cohost_at, until,
                 cast(case when host_id = account.id then 1 else 0 end as bigint) as hosts
             from member
             join room on room.id = member.room_id
             join account on account.id = member.account_id
             left join sanction on sanction.room_id = member.room_id
                 and sanction.account_id = member.account_id and sanction.kind = 'mute'
             left join picture on picture.account_id = member.account_id
             where member.room_id = $1";
        let rows = sqlx::query(sql).bind(room.0).fetch_all(&self.readers).await?;
        rows.iter().map(member_from).collect()
    }
}

pub(super) fn member_from(row: &DbRow) -> StoreResult<MemberRow> {
    Ok(MemberRow {
        id: UserId(row.try_get("id")?),
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        rank: rank_from(row)?,
        muted_until: row.try_get::<Option<i64>, _>("until")?.map(Millis),
        speaker: row.try_get::<i64, _>("speaker")? != 0,
        picture: picture_from(row)?,
    })
}

pub(super) fn room_from(row: &DbRow) -> StoreResult<RoomRow> {
    let user = |column| -> StoreResult<Option<UserId>> {
        Ok(row.try_get::<Option<uuid::Uuid>, _>(column)?.map(UserId))
    };
    let summary = RoomSummary {
        id: RoomId(row.try_get("id")?),
        kind: kind_from(row.try_get("kind")?),
        name: row.try_get("name")?,
        topic: row.try_get("topic")?,
        people: count_from(row, "people")?,
        capacity: count_from(row, "capacity")?,
        head: seq_from(row, "head")?,
        door: door_from(row.try_get("door")?),
        locked: row.try_get::<i64, _>("locked")? != 0,
        slow_secs: count_from(row, "slow_secs")?,
        closes_at: row.try_get::<Option<i64>, _>("closes_at")?.map(Millis),
        mine: false,
        peer: None,
        presence: None,
        request: Request::None,
        quiet: false,
    };
    Ok(RoomRow {
        summary,
        host: user("host_id")?,
        successor: user("successor_id")?,
        asked_by: user("asked_by")?,
    })
}

fn rank_from(row: &DbRow) -> StoreResult<Rank> {
    Ok(if row.try_get::<i64, _>("hosts")? != 0 {
        Rank::Host
    } else if row.try_get::<Option<i64>, _>("cohost_at")?.is_some() {
        Rank::Cohost
    } else {
        Rank::Member
    })
}

pub(super) fn count_from(row: &DbRow, column: &str) -> StoreResult<u32> {
    let n: i64 = row.try_get(column)?;
    u32::try_from(n).map_err(|error| StoreError::Db(sqlx::Error::Decode(Box::new(error))))
}
