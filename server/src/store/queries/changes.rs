//! Writing what a batch decided, but for its entries: only what is another than before.

use super::{
    Db, Tx, batch, conduct::note_conduct, number, questions::write_pairs, speed::set_speed,
};
use crate::store::{
    RoomSanction, StoreResult,
    decide::{
        Facts, Invites, Meeter, Meetings, MemberState, Members, RoomState, SanctionState,
        Sanctions, Settings, Waiting,
    },
    rows::{MemberChange, RoomChange, kind_name},
};
use app::protocol::ids::{Millis, RoomId, Seq, UserId};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet};

type MemberKey = (RoomId, UserId);
type SanctionKey = (RoomId, UserId, RoomSanction);

/// Writes what differs from what was read, but for the rooms' logs and numbers of members.
pub(super) async fn write(tx: &mut Tx<'_>, facts: &Facts) -> StoreResult<()> {
    for (id, room) in facts.rooms.iter().filter(|(_, it)| it.settings.is_changed()) {
        write_settings(tx, *id, &room.settings).await?;
        if room.settings.closed_at.is_some() && room.settings.was().closed_at.is_none() {
            empty_room(tx, *id).await?;
        }
    }
    if facts.members.is_changed() {
        write_members(tx, facts.members.was(), &facts.members).await?;
    }
    if facts.sanctions.is_changed() {
        write_sanctions(tx, facts.sanctions.was(), &facts.sanctions).await?;
    }
    if facts.waiting.is_changed() {
        write_waiting(tx, facts.waiting.was(), &facts.waiting).await?;
    }
    for (room, plan) in &facts.speed {
        set_speed(tx, *room, plan.as_ref()).await?;
    }
    if facts.invites.is_changed() {
        write_invites(tx, facts.invites.was(), &facts.invites).await?;
    }
    if facts.pairs.is_changed() {
        write_pairs(tx, facts.pairs.was(), &facts.pairs).await?;
    }
    if facts.meetings.is_changed() {
        write_meetings(tx, facts.meetings.was(), &facts.meetings).await?;
    }
    for (user, kind, at) in &facts.conduct {
        note_conduct(tx, *user, kind, *at).await?;
    }
    Ok(())
}

/// The rooms whose log or number of members moved; `sizes` are as they were read.
pub(super) fn moved_rooms(sizes: &BTreeMap<RoomId, (Seq, u32)>, facts: &Facts) -> Vec<RoomChange> {
    let row = |(id, room): (&RoomId, &RoomState)| RoomChange {
        id: id.0,
        head: number(room.head),
        people: room.people.into(),
    };
    let moved = facts.rooms.iter().filter(|(id, it)| sizes.get(id) != Some(&(it.head, it.people)));
    moved.map(row).collect()
}

async fn write_settings(tx: &mut Tx<'_>, room: RoomId, settings: &Settings) -> StoreResult<()> {
    sqlx::query(
        "update room set name = coalesce($2, name), topic = coalesce($3, topic), capacity = $4,
             door = $5, password = $6, locked = $7, slow_secs = $8, host_id = $9,
             successor_id = $10, empty_since = $11, closed_at = $12, asked_by = $13,
             sanctions = $14, waiting = $15, kind = $16,
             address = case when cast($12 as bigint) is null then coalesce($17, address) end,
             closes_at = $18
         where id = $1",
    )
    .bind(room.0)
    .bind(&settings.name)
    .bind(&settings.topic)
    .bind(i64::from(settings.capacity))
    .bind(settings.door.name())
    .bind(&settings.password)
    .bind(i64::from(settings.locked))
    .bind(i64::from(settings.slow_secs))
    .bind(settings.host.map(|it| it.0))
    .bind(settings.successor.map(|it| it.0))
    .bind(settings.empty_since.map(|it| it.0))
    .bind(settings.closed_at.map(|it| it.0))
    .bind(settings.asked_by.map(|it| it.0))
    .bind(i64::from(settings.sanctions))
    .bind(i64::from(settings.waiting))
    .bind(kind_name(settings.kind))
    .bind(&settings.address)
    .bind(settings.closes_at.map(|it| it.0))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Of meetings what of them may change: what they show, and what each wants.
async fn write_meetings(tx: &mut Tx<'_>, before: &Meetings, after: &Meetings) -> StoreResult<()> {
    for (room, meeting) in after.iter().filter(|it| before.get(it.0) != Some(it.1)) {
        sqlx::query("update meeting set openness = $2 where room_id = $1")
            .bind(room.0)
            .bind(meeting.openness.name())
            .execute(&mut **tx)
            .await?;
        let was = before.get(room).map(|it| &it.meeters);
        for (user, meeter) in &meeting.meeters {
            if was.and_then(|it| it.get(user)) != Some(meeter) {
                write_meeter(tx, (*room, *user), meeter).await?;
            }
        }
    }
    Ok(())
}

async fn write_meeter(tx: &mut Tx<'_>, place: MemberKey, meeter: &Meeter) -> StoreResult<()> {
    sqlx::query(
        "update meeter set keep = $3, openness = $4,
             mask = case when $5 = 1 then mask end
         where room_id = $1 and account_id = $2",
    )
    .bind(place.0.0)
    .bind(place.1.0)
    .bind(i64::from(meeter.keep))
    .bind(meeter.openness.name())
    .bind(i64::from(meeter.masked))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Nobody belongs to a closed room, nor waits for it.
async fn empty_room(tx: &mut Tx<'_>, room: RoomId) -> StoreResult<()> {
    for sql in ["delete from member where room_id = $1", "delete from waiting where room_id = $1"] {
        sqlx::query(sql).bind(room.0).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn write_members(tx: &mut Tx<'_>, before: &Members, after: &Members) -> StoreResult<()> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for (place, member) in after {
        match before.get(place) {
            None => new.push(member_change(*place, member)),
            Some(was) if was != member => changed.push(member_change(*place, member)),
            Some(_) => {}
        }
    }
    let is_gone = |it: &&MemberKey| !after.contains_key(it);
    let gone: Vec<_> = before.keys().filter(is_gone).collect();
    if !gone.is_empty() {
        delete_pairs(tx, "member", gone.into_iter().copied()).await?;
    }
    if !new.is_empty() {
        batch::add_members(tx, &new).await?;
    }
    if !changed.is_empty() {
        batch::change_members(tx, &changed).await?;
    }
    Ok(())
}

fn member_change((room, user): MemberKey, member: &MemberState) -> MemberChange {
    MemberChange {
        room: room.0,
        account: user.0,
        joined_at: member.joined_at.0,
        cohost_at: member.cohost_at.map(|it| it.0),
        speaker: member.speaker.into(),
        said_at: member.said_at.map(|it| it.0),
    }
}

async fn delete_pairs(
    tx: &mut Tx<'_>,
    table: &'static str,
    pairs: impl Iterator<Item = MemberKey>,
) -> StoreResult<()> {
    let mut sql = QueryBuilder::<Db>::new("delete from ");
    sql.push(table).push(" where (room_id, account_id) in (");
    sql.push_values(pairs, |mut row, (room, user)| {
        row.push_bind(room.0).push_bind(user.0);
    });
    sql.push(")").build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

async fn write_sanctions(
    tx: &mut Tx<'_>,
    before: &Sanctions,
    after: &Sanctions,
) -> StoreResult<()> {
    let is_gone = |it: &&SanctionKey| !after.contains_key(it);
    let gone: Vec<_> = before.keys().filter(is_gone).collect();
    if !gone.is_empty() {
        let sql = "delete from sanction where (room_id, account_id, kind) in (";
        let mut sql = QueryBuilder::<Db>::new(sql);
        sql.push_values(gone, |mut row, (room, user, sanction)| {
            row.push_bind(room.0).push_bind(user.0).push_bind(sanction.name());
        });
        sql.push(")").build().persistent(false).execute(&mut **tx).await?;
    }
    let is_new = |it: &(&SanctionKey, &SanctionState)| before.get(it.0) != Some(it.1);
    let new: Vec<_> = after.iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(());
    }
    let sql = "insert into sanction (room_id, account_id, kind, until, reason, by_id, at) ";
    let mut sql = QueryBuilder::<Db>::new(sql);
    sql.push_values(new, |mut row, ((room, user, sanction), state)| {
        row.push_bind(room.0)
            .push_bind(user.0)
            .push_bind(sanction.name())
            .push_bind(state.until.0)
            .push_bind(state.reason.as_str())
            .push_bind(state.by.0)
            .push_bind(state.at.0);
    });
    sql.push(
        " on conflict (room_id, account_id, kind) do update set until = excluded.until,
             reason = excluded.reason, by_id = excluded.by_id, at = excluded.at",
    );
    sql.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

async fn write_waiting(tx: &mut Tx<'_>, before: &Waiting, after: &Waiting) -> StoreResult<()> {
    let (before, after) = (all_waiting(before), all_waiting(after));
    let pair = |(room, _, user): &(RoomId, Millis, UserId)| (*room, *user);
    let gone: Vec<_> = before.difference(&after).map(pair).collect();
    if !gone.is_empty() {
        delete_pairs(tx, "waiting", gone.into_iter()).await?;
    }
    let new: Vec<_> = after.difference(&before).collect();
    if !new.is_empty() {
        let sql = "insert into waiting (room_id, account_id, since) ";
        let mut sql = QueryBuilder::<Db>::new(sql);
        sql.push_values(new, |mut row, (room, since, user)| {
            row.push_bind(room.0).push_bind(user.0).push_bind(since.0);
        });
        sql.build().persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}

fn all_waiting(waiting: &Waiting) -> BTreeSet<(RoomId, Millis, UserId)> {
    let rooms = waiting.iter();
    rooms.flat_map(|(room, list)| list.iter().map(|(since, user)| (*room, *since, *user))).collect()
}

async fn write_invites(tx: &mut Tx<'_>, before: &Invites, after: &Invites) -> StoreResult<()> {
    for (id, invite) in after.iter().filter(|it| before.get(it.0) != Some(it.1)) {
        sqlx::query("update invite set uses_left = $2, used = $3 where id = $1")
            .bind(id.0)
            .bind(invite.uses_left.map(i64::from))
            .bind(i64::from(invite.used))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
