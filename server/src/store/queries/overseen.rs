//! What the admin pages show of people and rooms.

use super::{DbRow, Queries};
use crate::store::{
    StoreResult,
    rows::{kind_from, role_from},
};
use app::protocol::{
    admin::{Overview, PersonLine, RoomLine},
    ids::{Millis, RoomId, UserId},
};
use sqlx::{QueryBuilder, Row as _};

/// People or rooms on a page.
const PAGE: usize = 50;

impl Queries {
    /// Who is online is not kept here.
    pub(in crate::store) async fn overview(&self, midnight: Millis) -> StoreResult<Overview> {
        // A room's entries are in the order of time: only those of the day are looked at.
        let row = sqlx::query(
            "select
                 (select count(*) from account) as people,
                 (select count(*) from account where role = 'guest') as guests,
                 (select count(*) from room where closed_at is null) as rooms,
                 (select count(*) from report where decision is null) as reports,
                 cast(coalesce((select sum((
                     select count(*) from entry
                     where entry.room_id = room.id and kind = 'message' and entry.seq > coalesce((
                         select old.seq from entry old
                         where old.room_id = room.id and old.at < $1
                         order by old.seq desc limit 1), 0)
                     )) from room where head > 0), 0) as bigint) as messages",
        )
        .bind(midnight.0)
        .fetch_one(&self.readers)
        .await?;
        let count = |column: &str| -> StoreResult<u64> {
            Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
        };
        Ok(Overview {
            people: count("people")?,
            guests: count("guests")?,
            online: 0,
            rooms: count("rooms")?,
            messages: count("messages")?,
            reports: count("reports")?,
        })
    }

    pub(in crate::store) async fn overseen_people(
        &self,
        sought: &str,
        after: Option<UserId>,
        now: Millis,
    ) -> StoreResult<(Vec<PersonLine>, bool)> {
        let mut sql = QueryBuilder::new(
            "select id, name, role, created_at, banned_until, muted_until,
                 (select max(seen_at) from login where account_id = account.id) as seen_at
             from account where 1 = 1",
        );
        if !sought.is_empty() {
            sql.push(" and name_key like ").push_bind(anywhere(sought)).push(r" escape '\'");
        }
        if let Some(after) = after {
            sql.push(" and id < ").push_bind(after.0);
        }
        sql.push(" order by id desc limit ").push_bind(page_and_one());
        let rows = sql.build().persistent(false).fetch_all(&self.readers).await?;
        let lines = rows.iter().take(PAGE).map(|row| person_from(row, now));
        Ok((lines.collect::<StoreResult<_>>()?, rows.len() > PAGE))
    }

    pub(in crate::store) async fn overseen_rooms(
        &self,
        after: Option<RoomId>,
    ) -> StoreResult<(Vec<RoomLine>, bool)> {
        let mut sql = QueryBuilder::new(
            "select id, kind, people, capacity,
                 case when kind = 'channel' or door <> 'invite' then name end as name
             from room where closed_at is null and kind <> 'direct'",
        );
        if let Some(after) = after {
            sql.push(" and id < ").push_bind(after.0);
        }
        sql.push(" order by id desc limit ").push_bind(page_and_one());
        let rows = sql.build().persistent(false).fetch_all(&self.readers).await?;
        let lines = rows.iter().take(PAGE).map(room_from);
        Ok((lines.collect::<StoreResult<_>>()?, rows.len() > PAGE))
    }
}

/// One more than a page, by which it is seen that there are more.
fn page_and_one() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX - 1) + 1
}

/// A pattern for texts in which that stands somewhere.
fn anywhere(sought: &str) -> String {
    let mut pattern = String::from("%");
    for it in sought.chars() {
        if matches!(it, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(it);
    }
    pattern.push('%');
    pattern
}

fn person_from(row: &DbRow, now: Millis) -> StoreResult<PersonLine> {
    let moment = |column: &str| -> StoreResult<Option<Millis>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Millis))
    };
    Ok(PersonLine {
        id: UserId(row.try_get("id")?),
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        since: Millis(row.try_get("created_at")?),
        seen: moment("seen_at")?,
        banned_until: moment("banned_until")?.filter(|it| *it > now),
        muted_until: moment("muted_until")?.filter(|it| *it > now),
    })
}

fn room_from(row: &DbRow) -> StoreResult<RoomLine> {
    let count = |column: &str| -> StoreResult<u32> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
    };
    Ok(RoomLine {
        id: RoomId(row.try_get("id")?),
        kind: kind_from(row.try_get("kind")?),
        name: row.try_get("name")?,
        people: count("people")?,
        capacity: count("capacity")?,
    })
}
