//! Rooms as they are now, with everything that the engine keeps of them in memory.

use super::{
    BEGIN_READ, DbRow, IDS_A_QUERY, Queries, Tx,
    meetings::{MASKS, mask_from},
    rooms::{count_from, member_from, room_from},
    seq_from,
};
use crate::store::{RoomHead, RoomNow, StoreResult};
use app::protocol::ids::{Millis, RoomId, UserId};
use sqlx::{QueryBuilder, Row};
use std::collections::HashMap;

impl Queries {
    pub(in crate::store) async fn heads(&self) -> StoreResult<Vec<RoomHead>> {
        let sql = "select id, head, people,
                 cast(case when closed_at is null then 0 else 1 end as bigint) as closed,
                 cast(case when asked_by is null then 0 else 1 end as bigint) as asked
             from room";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        let head = |row: &DbRow| {
            Ok(RoomHead {
                room: RoomId(row.try_get("id")?),
                head: seq_from(row, "head")?,
                people: count_from(row, "people")?,
                closed: row.try_get::<i64, _>("closed")? != 0,
                asked: row.try_get::<i64, _>("asked")? != 0,
            })
        };
        rows.iter().map(head).collect()
    }

    pub(in crate::store) async fn rooms_now(&self, ids: &[RoomId]) -> StoreResult<Vec<RoomNow>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(IDS_A_QUERY) {
            let mut tx = self.readers.begin_with(BEGIN_READ).await?;
            let first = found.len();
            for row in those(&mut tx, ROOMS, some).await? {
                let row = room_from(&row)?;
                found.push(RoomNow { row, members: vec![], bans: vec![], masks: vec![] });
            }
            let places = found[first..].iter().map(|it| it.row.id).zip(first..);
            let places: HashMap<RoomId, usize> = places.collect();
            let place = |row: &DbRow| -> StoreResult<Option<usize>> {
                Ok(places.get(&RoomId(row.try_get("room_id")?)).copied())
            };
            for row in those(&mut tx, MEMBERS, some).await? {
                let Some(at) = place(&row)? else { continue };
                found[at].members.push(member_from(&row)?);
            }
            for row in those(&mut tx, BANS, some).await? {
                let Some(at) = place(&row)? else { continue };
                let ban = (UserId(row.try_get("account_id")?), Millis(row.try_get("until")?));
                found[at].bans.push(ban);
            }
            for row in those(&mut tx, MASKS, some).await? {
                let Some(at) = place(&row)? else { continue };
                found[at].masks.push(mask_from(&row)?);
            }
        }
        Ok(found)
    }

    pub(in crate::store) async fn rooms_of(&self, user: UserId) -> StoreResult<Vec<RoomId>> {
        let sql = "select room_id from member join room on room.id = member.room_id
             where account_id = $1 and closed_at is null";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok(RoomId(row.try_get("room_id")?))).collect()
    }

    pub(in crate::store) async fn waiting(&self) -> StoreResult<Vec<(RoomId, UserId)>> {
        let sql = "select room_id, account_id from waiting order by room_id, since, account_id";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        let waiter =
            |row: &DbRow| Ok((RoomId(row.try_get("room_id")?), UserId(row.try_get("account_id")?)));
        rows.iter().map(waiter).collect()
    }
}

const ROOMS: &str = "select id, kind, name, topic, capacity, head, people, door, locked, slow_secs,
         closes_at, host_id, successor_id, asked_by
     from room where closed_at is null and id in (";
const BANS: &str = "select room_id, account_id, until from sanction
     where kind = 'ban' and room_id in (";
const MEMBERS: &str = "select member.room_id, account.id, name, role, version as picture, speaker,
         cohost_at, until,
         cast(case when host_id = account.id then 1 else 0 end as bigint) as hosts
     from member
     join (select id as of_room, host_id from room) as hosted on of_room = member.room_id
     join account on account.id = member.account_id
     left join sanction on sanction.room_id = member.room_id
         and sanction.account_id = member.account_id and sanction.kind = 'mute'
     left join picture on picture.account_id = member.account_id
     where member.room_id in (";

async fn those(tx: &mut Tx<'_>, sql: &'static str, rooms: &[RoomId]) -> StoreResult<Vec<DbRow>> {
    let mut sql = QueryBuilder::new(sql);
    let mut list = sql.separated(", ");
    for room in rooms {
        list.push_bind(room.0);
    }
    list.push_unseparated(")");
    Ok(sql.build().persistent(false).fetch_all(&mut **tx).await?)
}
