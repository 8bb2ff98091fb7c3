//! What stands of match and pair rooms beside the room itself.

use super::{
    BEGIN_READ, BEGIN_WRITE, Db, DbRow, Queries, Tx, conduct::note_conduct, facts::account_from,
    proposals::shared_from, rooms::count_from,
};
use crate::{
    store::{
        Append, Change, MeetingRow, Shared, StoreResult,
        decide::{Facts, Meeter, Meeting, pair_address},
        rows::openness_from,
    },
    veil::Mask,
};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    room::RoomKind,
};
use sqlx::{QueryBuilder, Row};
use std::collections::BTreeMap;

/// Of match and pair rooms of the batch what is to be known; for others nothing is read.
pub(super) async fn read_meetings(
    tx: &mut Tx<'_>,
    batch: &[Append],
    facts: &mut Facts,
) -> StoreResult<()> {
    let is_of_matched = |room: &RoomId| {
        let room = facts.rooms.get(room);
        room.is_some_and(|it| matches!(it.settings.kind, RoomKind::Match | RoomKind::Pair))
    };
    let rooms: Vec<_> = facts.rooms.keys().filter(|it| is_of_matched(it)).copied().collect();
    if rooms.is_empty() {
        return Ok(());
    }
    for room in rooms {
        let Some(mut meeting) = read_meeting(tx, room).await? else { continue };
        read_meeters(tx, room, &mut meeting, facts).await?;
        let of_room = || batch.iter().filter(|it| it.room == room);
        if of_room().any(|it| matches!(it.change, Change::Leave | Change::CloseOver)) {
            read_said(tx, room, &mut meeting).await?;
        }
        if of_room().any(|it| matches!(it.change, Change::Keep(true))) {
            read_pairs(tx, &mut meeting).await?;
        }
        facts.meetings.insert(room, meeting);
    }
    Ok(())
}

async fn read_meeting(tx: &mut Tx<'_>, room: RoomId) -> StoreResult<Option<Meeting>> {
    let sql = "select began_at, openness from meeting where room_id = $1";
    let row = sqlx::query(sql).bind(room.0).fetch_optional(&mut **tx).await?;
    row.map(|row| meeting_from(&row)).transpose()
}

fn meeting_from(row: &DbRow) -> StoreResult<Meeting> {
    Ok(Meeting {
        began_at: Millis(row.try_get("began_at")?),
        openness: openness_from(row.try_get("openness")?),
        meeters: BTreeMap::new(),
        pairs: Vec::new(),
    })
}

/// Those who are in it, and what they are called.
async fn read_meeters(
    tx: &mut Tx<'_>,
    room: RoomId,
    meeting: &mut Meeting,
    facts: &mut Facts,
) -> StoreResult<()> {
    let rows = sqlx::query(
        "select meeter.account_id as account, keep, openness, mask, name, role, banned_until,
             muted_until
         from meeter
         join member on member.room_id = meeter.room_id
             and member.account_id = meeter.account_id
         join account on account.id = meeter.account_id
         where meeter.room_id = $1",
    )
    .bind(room.0)
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let user = UserId(row.try_get("account")?);
        facts.accounts.insert(user, account_from(&row)?);
        let meeter = Meeter {
            keep: row.try_get::<i64, _>("keep")? != 0,
            openness: openness_from(row.try_get("openness")?),
            masked: row.try_get::<Option<uuid::Uuid>, _>("mask")?.is_some(),
            said: 0,
        };
        meeting.meeters.insert(user, meeter);
    }
    Ok(())
}

/// How much each of them said.
async fn read_said(tx: &mut Tx<'_>, room: RoomId, meeting: &mut Meeting) -> StoreResult<()> {
    let rows = sqlx::query(
        "select author_id, count(*) as said from entry
         where room_id = $1 and kind = 'message' group by author_id",
    )
    .bind(room.0)
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let author = UserId(row.try_get("author_id")?);
        if let Some(meeter) = meeting.meeters.get_mut(&author) {
            meeter.said = count_from(&row, "said")?;
        }
    }
    Ok(())
}

/// Which two of them have a pair room already.
async fn read_pairs(tx: &mut Tx<'_>, meeting: &mut Meeting) -> StoreResult<()> {
    let users: Vec<_> = meeting.meeters.keys().copied().collect();
    let others = |place: usize| users.iter().skip(place + 1);
    let pairs = users.iter().enumerate();
    let pairs = pairs.flat_map(|(place, one)| others(place).map(|it| pair_address(*one, *it)));
    let mut sql = QueryBuilder::<Db>::new("select address from room where address in (");
    let mut list = sql.separated(", ");
    // With one alone there is none, and no empty list either.
    for address in pairs.chain([String::from("pair:")]) {
        list.push_bind(address);
    }
    list.push_unseparated(")");
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        meeting.pairs.push(row.try_get("address")?);
    }
    Ok(())
}

impl Queries {
    pub(in crate::store) async fn shun(
        &self,
        (by, of): (UserId, UserId),
        mask: Mask,
        now: Millis,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into shun (by_id, of_id, mask, at) values ($1, $2, $3, $4)
             on conflict (by_id, of_id) do nothing",
        )
        .bind(by.0)
        .bind(of.0)
        .bind(mask.0)
        .bind(now.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn note_blocked(
        &self,
        user: UserId,
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        note_conduct(&mut tx, user, "blocked", now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn meeting(
        &self,
        room: RoomId,
        user: UserId,
    ) -> StoreResult<Option<MeetingRow>> {
        let mut tx = self.readers.begin_with(BEGIN_READ).await?;
        let row = sqlx::query(
            "select common, meeting.openness as openness, meeter.openness as mine, keep
             from meeting join meeter on meeter.room_id = meeting.room_id
             where meeting.room_id = $1 and account_id = $2",
        )
        .bind(room.0)
        .bind(user.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let common: Shared = shared_from(&row)?;
        Ok(Some(MeetingRow {
            openness: openness_from(row.try_get("openness")?),
            mine: openness_from(row.try_get("mine")?),
            keep: row.try_get::<i64, _>("keep")? != 0,
            common,
        }))
    }
}

/// Under which masks people are known in rooms.
pub(super) const MASKS: &str =
    "select room_id, account_id, mask from meeter where mask is not null and room_id in (";

/// One of them.
pub(super) fn mask_from(row: &DbRow) -> StoreResult<(UserId, Mask)> {
    Ok((UserId(row.try_get("account_id")?), Mask(row.try_get("mask")?)))
}
