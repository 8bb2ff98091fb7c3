//! Rooms and who belongs to them.

use super::{Db, Store, StoreError, StoreResult, users::role_from};
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    people::Role,
    snapshot::{RoomKind, RoomSummary},
};
use sqlx::Row;

/// A channel that the configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSpec {
    /// Its name and address.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// How many people it takes.
    pub capacity: u32,
}

/// A room as stored.
pub type RoomRow = RoomSummary;

/// A member as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
}

type DbRow = <Db as sqlx::Database>::Row;

impl Store {
    /// Makes the channels that are missing and brings topic, capacity and order of the others up
    /// to date. Channels that are no longer asked for stay, after the others.
    pub async fn ensure_channels(&self, channels: &[ChannelSpec], now: Millis) -> StoreResult<()> {
        let mut tx = self.writer.begin().await?;
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

    /// All rooms, in the order of lists.
    pub async fn rooms(&self) -> StoreResult<Vec<RoomRow>> {
        let sql = "select id, kind, name, topic, capacity, head, people from room
             order by position, name";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        rows.iter().map(room_from).collect()
    }

    /// The members of a room.
    pub async fn members(&self, room: RoomId) -> StoreResult<Vec<MemberRow>> {
        let sql = "select account.id, name, role from member
             join account on account.id = member.account_id where room_id = $1";
        let rows = sqlx::query(sql).bind(room.0).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(MemberRow {
                    id: UserId(row.try_get("id")?),
                    name: row.try_get("name")?,
                    role: role_from(row.try_get("role")?),
                })
            })
            .collect()
    }
}

fn room_from(row: &DbRow) -> StoreResult<RoomRow> {
    let kind = match row.try_get("kind")? {
        "channel" => RoomKind::Channel,
        _ => RoomKind::Unknown,
    };
    Ok(RoomRow {
        id: RoomId(row.try_get("id")?),
        kind,
        name: row.try_get("name")?,
        topic: row.try_get("topic")?,
        people: count_from(row, "people")?,
        capacity: count_from(row, "capacity")?,
        head: seq_from(row, "head")?,
    })
}

fn count_from(row: &DbRow, column: &str) -> StoreResult<u32> {
    let n: i64 = row.try_get(column)?;
    u32::try_from(n).map_err(|error| StoreError::Db(sqlx::Error::Decode(Box::new(error))))
}

/// A column that holds a [`Seq`].
pub(super) fn seq_from(row: &DbRow, column: &str) -> StoreResult<Seq> {
    let n: i64 = row.try_get(column)?;
    u64::try_from(n)
        .ok()
        .and_then(|n| Seq::try_from(n).ok())
        .ok_or_else(|| StoreError::Db(sqlx::Error::Decode(format!("{column} {n}").into())))
}
