//! What has to be known before a batch is decided, read in its transaction.
//!
//! Rooms are locked first and in the order of their ids, then logins, then the lease: whoever
//! locks in one order never waits for each other in a circle. What few batches need is read for
//! those only, so that plain messages cost four queries.

use super::{DbRow, Tx, batch, seq_from, users::picture_from};
use crate::store::{
    Append, Appending, CARETAKER, Change, StoreResult,
    decide::{AccountState, Facts, MemberState, RoomState, Settings},
    rows::{door_from, kind_from, role_from},
};
use app::protocol::ids::{Cid, LoginId, Millis, RoomId, UserId};
use sqlx::{QueryBuilder, Row};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) async fn read_facts(tx: &mut Tx, batch: &[Append]) -> StoreResult<Facts> {
    let mut facts = Facts::default();
    let rooms = distinct(batch.iter().map(|it| it.room));
    for row in batch::lock_rooms(tx, &rooms).await? {
        facts.rooms.insert(RoomId(row.try_get("id")?), room_from(&row)?);
    }
    let logins = distinct(batch.iter().filter_map(|it| it.login));
    if !logins.is_empty() {
        for row in batch::lock_logins(tx, &logins).await? {
            facts.logins.insert(LoginId(row.try_get("id")?));
        }
    }
    if batch.iter().any(|it| it.fence.is_some()) {
        facts.fence = super::leases::fence(tx, CARETAKER).await?;
    }
    let pairs = distinct(batch.iter().map(|it| (it.room, it.author)));
    for row in batch::people(tx, &pairs).await? {
        take_person(&row, &mut facts)?;
    }
    if batch.iter().any(|it| !matches!(it.change, Change::Message(_) | Change::Announce(_))) {
        read_pictures(tx, &mut facts).await?;
    }
    read_known(tx, batch, &mut facts).await?;
    Ok(facts)
}

/// Each once, in their order: whoever locks in one order never waits in a circle.
fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) async fn read_known(
    tx: &mut Tx,
    batch: &[Append],
    facts: &mut Facts,
) -> StoreResult<()> {
    let cids = distinct(batch.iter().filter_map(|it| Some((it.author, it.cid?))));
    if cids.is_empty() {
        return Ok(());
    }
    for row in batch::known(tx, &cids).await? {
        let known = Appending {
            room: RoomId(row.try_get("room_id")?),
            seq: seq_from(&row, "seq")?,
            at: Millis(row.try_get("at")?),
            fresh: false,
        };
        let key = (UserId(row.try_get("author_id")?), Cid(row.try_get("cid")?));
        facts.known.insert(key, known);
    }
    Ok(())
}

/// The pictures of those whose membership may be told.
async fn read_pictures(tx: &mut Tx, facts: &mut Facts) -> StoreResult<()> {
    let mut sql = QueryBuilder::new(
        "select account_id, version as picture from picture where account_id in (",
    );
    let mut list = sql.separated(", ");
    for user in facts.accounts.keys() {
        list.push_bind(user.0);
    }
    list.push_unseparated(")");
    if facts.accounts.is_empty() {
        return Ok(());
    }
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let picture = picture_from(&row)?;
        if let Some(account) = facts.accounts.get_mut(&UserId(row.try_get("account_id")?)) {
            account.picture = picture;
        }
    }
    Ok(())
}

fn room_from(row: &DbRow) -> StoreResult<RoomState> {
    let settings = Settings {
        kind: kind_from(row.try_get("kind")?),
        capacity: count(row, "capacity")?,
        door: door_from(row.try_get("door")?),
        password: row.try_get("password")?,
        locked: row.try_get::<i64, _>("locked")? != 0,
        slow_secs: count(row, "slow_secs")?,
        host: user(row, "host_id")?,
        successor: user(row, "successor_id")?,
        empty_mins: row
            .try_get::<Option<i64>, _>("empty_mins")?
            .map(|it| u32::try_from(it).unwrap_or(u32::MAX)),
        empty_since: moment(row, "empty_since")?,
        closes_at: moment(row, "closes_at")?,
        closed_at: moment(row, "closed_at")?,
        asked_by: user(row, "asked_by")?,
        sanctions: count(row, "sanctions")?,
        waiting: count(row, "waiting")?,
        name: None,
        topic: None,
    };
    Ok(RoomState { head: seq_from(row, "head")?, people: count(row, "people")?, settings })
}

/// A user, and how they stand in a room, if they do.
fn take_person(row: &DbRow, facts: &mut Facts) -> StoreResult<()> {
    let id = UserId(row.try_get("account")?);
    let account = AccountState {
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        picture: None,
        banned_until: moment(row, "banned_until")?,
        muted_until: moment(row, "muted_until")?,
    };
    facts.accounts.insert(id, account);
    if let Some(joined_at) = moment(row, "joined_at")? {
        let member = MemberState {
            joined_at,
            cohost_at: moment(row, "cohost_at")?,
            speaker: row.try_get::<i64, _>("speaker")? != 0,
            said_at: moment(row, "said_at")?,
        };
        facts.members.insert((RoomId(row.try_get("room")?), id), member);
    }
    Ok(())
}

fn count(row: &DbRow, column: &str) -> StoreResult<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

fn moment(row: &DbRow, column: &str) -> StoreResult<Option<Millis>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Millis))
}

fn user(row: &DbRow, column: &str) -> StoreResult<Option<UserId>> {
    Ok(row.try_get::<Option<Uuid>, _>(column)?.map(UserId))
}
