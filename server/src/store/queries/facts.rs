//! What has to be known before a batch is decided, read in its transaction.
//!
//! Rooms are locked first and in the order of their ids, then logins, then the lease: whoever
//! locks in one order never waits for each other in a circle. What few batches need is read for
//! those only, so that plain messages cost one query of each table.

use super::{
    Db, DbRow, FOR_UPDATE, IDS_A_QUERY, Tx, batch, meetings::read_meetings, questions::read_pairs,
    seq_from, users::picture_from,
};
use crate::questions::ready::ReadyPacks;
use crate::store::{
    Append, Appending, CARETAKER, Change, RoomSanction, StoreResult, Way,
    decide::{
        AccountState, Facts, InviteState, Known, MemberState, RoomState, SanctionState, Settings,
    },
    rows::{Wanted, door_from, kind_from, role_from},
};
use app::protocol::{
    ids::{Cid, InviteId, LoginId, Millis, RoomId, UserId},
    room::Act,
};
use sqlx::{QueryBuilder, Row};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// The ids that are looked for in the logs, beside those that changes name as the ones before
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// Messages are taken for new.
    AllButMessages,
    /// Those of all changes.
    All,
}

impl Sought {
    /// Whether the change's own id is looked for.
    pub(super) const fn includes(self, append: &Append) -> bool {
        matches!(self, Self::All) || !matches!(append.change, Change::Message(_))
    }
}

pub(super) async fn read_facts(
    tx: &mut Tx<'_>,
    batch: &[Append],
    sought: Sought,
    packs: &Arc<ReadyPacks>,
) -> StoreResult<Facts> {
    let mut facts = Facts { packs: packs.clone(), ..Facts::default() };
    let wanted = wanted(batch, sought);
    let found = batch::read(tx, &wanted).await?;
    for row in found.rooms {
        facts.rooms.insert(RoomId(row.try_get("id")?), room_from(&row)?);
    }
    for row in found.logins {
        facts.logins.insert(LoginId(row.try_get("id")?));
    }
    for row in found.people {
        take_person(&row, &mut facts)?;
    }
    facts.known = found.known.iter().map(known_from).collect::<StoreResult<_>>()?;
    if batch.iter().any(|it| it.fence.is_some()) {
        facts.fence = super::leases::fence(tx, CARETAKER).await?;
    }
    if !batch.iter().all(is_word) {
        read_for_deeds(tx, batch, &mut facts).await?;
    }
    read_sanctions(tx, &wanted.people, &mut facts).await?;
    read_apart(tx, batch, &mut facts).await?;
    read_pairs(tx, batch, &mut facts).await?;
    read_meetings(tx, batch, &mut facts).await?;
    facts.mark();
    Ok(facts)
}

/// What is read of every batch.
fn wanted(batch: &[Append], sought: Sought) -> Wanted {
    let subject = |it: &Append| match &it.change {
        Change::Act(act) => act.act.subject(),
        _ => None,
    };
    let people = |it: &Append| {
        let subject = subject(it).map(|subject| (it.room, subject));
        [(it.room, it.author)].into_iter().chain(subject)
    };
    let own = batch.iter().filter(|it| sought.includes(it)).filter_map(Append::id);
    let before = batch.iter().filter_map(|it| Some((it.author, it.after?)));
    Wanted {
        rooms: distinct(batch.iter().map(|it| it.room)),
        logins: distinct(batch.iter().filter_map(|it| it.login)),
        people: distinct(batch.iter().flat_map(people)),
        known: distinct(own.chain(before)),
    }
}

/// Whether it is only something said, as nearly everything is.
const fn is_word(append: &Append) -> bool {
    matches!(append.change, Change::Message(_) | Change::Announce(_))
}

/// What has to be known where somebody comes, goes or acts.
async fn read_for_deeds(tx: &mut Tx<'_>, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    for (room, successor) in rooms_to_inherit(batch, facts) {
        // Each change makes one of them worse at most; whoever is first then is among these.
        let limit = batch.iter().filter(|it| it.room == room).count() + 2;
        for row in heirs(tx, room, successor, limit).await? {
            take_person(&row, facts)?;
        }
    }
    let is_awaited = |it: &&RoomId| facts.rooms.get(it).is_some_and(|it| it.settings.waiting > 0);
    let deeds = distinct(batch.iter().filter(|it| !is_word(it)).map(|it| it.room));
    let awaited: Vec<_> = deeds.iter().filter(is_awaited).copied().collect();
    if !awaited.is_empty() {
        read_waiting(tx, &awaited, facts).await?;
    }
    let invites = distinct(batch.iter().filter_map(|it| match &it.change {
        Change::Join(Way::Invited(id)) | Change::Wait(Way::Invited(id)) => Some(*id),
        _ => None,
    }));
    if !invites.is_empty() {
        read_invites(tx, &invites, facts).await?;
    }
    read_pictures(tx, facts).await
}

/// Rooms that may get another host by the batch, each with who is named for it.
fn rooms_to_inherit(batch: &[Append], facts: &Facts) -> BTreeMap<RoomId, Option<UserId>> {
    let gives = |it: &Append| match &it.change {
        Change::Leave | Change::Succeed => true,
        Change::Act(act) => matches!(act.act, Act::Yield { .. }),
        _ => false,
    };
    let rooms = batch.iter().filter(|it| gives(it)).filter_map(|it| {
        let settings = &facts.rooms.get(&it.room)?.settings;
        let hosts = settings.kind.has_host() && settings.host == Some(it.author);
        hosts.then_some((it.room, settings.successor))
    });
    rooms.collect()
}

/// Who may follow a room's host: who is named for it, and the first ones after.
async fn heirs(
    tx: &mut Tx<'_>,
    room: RoomId,
    successor: Option<UserId>,
    limit: usize,
) -> sqlx::Result<Vec<DbRow>> {
    sqlx::query(
        "select room_id as room, account_id as account, name, role, banned_until, muted_until,
             joined_at, cohost_at, speaker, said_at
         from member join account on account.id = account_id
         where room_id = $1 and (account_id = $2 or account_id in (
             select account_id from member where room_id = $1
             order by cohost_at is null, cohost_at, joined_at, account_id limit $3))",
    )
    .bind(room.0)
    .bind(successor.map(|it| it.0))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(&mut **tx)
    .await
}

async fn read_waiting(tx: &mut Tx<'_>, rooms: &[RoomId], facts: &mut Facts) -> StoreResult<()> {
    let mut sql = QueryBuilder::<Db>::new(
        "select room_id, account_id as account, since, name, role, banned_until, muted_until
         from waiting join account on account.id = account_id where room_id in (",
    );
    push_ids(&mut sql, rooms.iter().map(|it| it.0));
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let user = UserId(row.try_get("account")?);
        facts.accounts.insert(user, account_from(&row)?);
        let waiting = facts.waiting.entry(RoomId(row.try_get("room_id")?)).or_default();
        waiting.push((Millis(row.try_get("since")?), user));
    }
    facts.waiting.values_mut().for_each(|it| it.sort_unstable());
    Ok(())
}

/// The invitations of those ids; nobody else uses them until the transaction ends.
async fn read_invites(tx: &mut Tx<'_>, ids: &[InviteId], facts: &mut Facts) -> StoreResult<()> {
    let mut sql = QueryBuilder::<Db>::new(
        "select id, room_id, expires_at, uses_left, used from invite where id in (",
    );
    push_ids(&mut sql, ids.iter().map(|it| it.0));
    sql.push(" order by id").push(FOR_UPDATE);
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let invite = InviteState {
            room: RoomId(row.try_get("room_id")?),
            expires_at: Millis(row.try_get("expires_at")?),
            uses_left: maybe_count(&row, "uses_left")?,
            used: count(&row, "used")?,
        };
        facts.invites.insert(InviteId(row.try_get("id")?), invite);
    }
    Ok(())
}

/// The bans and mutes of all whom the batch is about, in rooms that have any.
async fn read_sanctions(
    tx: &mut Tx<'_>,
    pairs: &[(RoomId, UserId)],
    facts: &mut Facts,
) -> StoreResult<()> {
    let has_any = |it: &RoomId| facts.rooms.get(it).is_some_and(|it| it.settings.sanctions > 0);
    if !facts.rooms.keys().any(has_any) {
        return Ok(());
    }
    let waiting = facts.waiting.iter();
    let waiting = waiting.flat_map(|(room, list)| list.iter().map(|(_, user)| (*room, *user)));
    let all = pairs.iter().copied().chain(facts.members.keys().copied()).chain(waiting);
    let all = distinct(all.filter(|(room, _)| has_any(room)));
    for some in all.chunks(IDS_A_QUERY) {
        let mut sql = QueryBuilder::<Db>::new(
            "select room_id, account_id, kind, until, reason, by_id, at from sanction
             where (room_id, account_id) in (",
        );
        sql.push_values(some, |mut row, (room, user)| {
            row.push_bind(room.0).push_bind(user.0);
        });
        for row in sql.push(")").build().persistent(false).fetch_all(&mut **tx).await? {
            let (key, state) = sanction_from(&row)?;
            facts.sanctions.insert(key, state);
        }
    }
    Ok(())
}

fn sanction_from(row: &DbRow) -> StoreResult<((RoomId, UserId, RoomSanction), SanctionState)> {
    let room = RoomId(row.try_get("room_id")?);
    let sanction = RoomSanction::named(row.try_get("kind")?);
    let state = SanctionState {
        until: Millis(row.try_get("until")?),
        reason: row.try_get("reason")?,
        by: UserId(row.try_get("by_id")?),
        at: Millis(row.try_get("at")?),
    };
    Ok(((room, UserId(row.try_get("account_id")?), sanction), state))
}

/// Rooms of two in which something is said, and of whose two one blocks the other.
async fn read_apart(tx: &mut Tx<'_>, batch: &[Append], facts: &mut Facts) -> StoreResult<()> {
    let is_intimate = |it: &&Append| {
        let room = facts.rooms.get(&it.room);
        room.is_some_and(|it| it.settings.kind.is_intimate())
    };
    let rooms = distinct(batch.iter().filter(is_intimate).map(|it| it.room));
    if rooms.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::<Db>::new(
        "select one.room_id from member one
             join block on blocker_id = one.account_id
             join member other on other.room_id = one.room_id and other.account_id = blocked_id
         where one.room_id in (",
    );
    push_ids(&mut sql, rooms.iter().map(|it| it.0));
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        facts.apart.insert(RoomId(row.try_get("room_id")?));
    }
    Ok(())
}

/// A list of ids, and the bracket that ends it.
pub(super) fn push_ids(sql: &mut QueryBuilder<Db>, ids: impl Iterator<Item = Uuid>) {
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    list.push_unseparated(")");
}

/// Each once, in their order: whoever locks in one order never waits in a circle.
fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Where those of the ids stand that are in the logs already.
pub(super) async fn read_known(
    tx: &mut Tx<'_>,
    ids: impl Iterator<Item = (UserId, Cid)>,
) -> StoreResult<Known> {
    let wanted = Wanted { known: distinct(ids), ..Wanted::default() };
    let found = batch::read(tx, &wanted).await?;
    found.known.iter().map(known_from).collect()
}

fn known_from(row: &DbRow) -> StoreResult<((UserId, Cid), Appending)> {
    let place = Appending {
        room: RoomId(row.try_get("room_id")?),
        seq: seq_from(row, "seq")?,
        at: Millis(row.try_get("at")?),
        fresh: false,
    };
    Ok(((UserId(row.try_get("author_id")?), Cid(row.try_get("cid")?)), place))
}

/// The pictures of those whose membership may be told.
async fn read_pictures(tx: &mut Tx<'_>, facts: &mut Facts) -> StoreResult<()> {
    if facts.accounts.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::<Db>::new(
        "select account_id, version as picture from picture where account_id in (",
    );
    push_ids(&mut sql, facts.accounts.keys().map(|it| it.0));
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
        empty_mins: maybe_count(row, "empty_mins")?,
        empty_since: moment(row, "empty_since")?,
        closes_at: moment(row, "closes_at")?,
        closed_at: moment(row, "closed_at")?,
        asked_by: user(row, "asked_by")?,
        sanctions: count(row, "sanctions")?,
        waiting: count(row, "waiting")?,
        name: None,
        topic: None,
        address: None,
    };
    let settings = settings.into();
    Ok(RoomState { head: seq_from(row, "head")?, people: count(row, "people")?, settings })
}

/// A user, and how they stand in a room, if they do.
fn take_person(row: &DbRow, facts: &mut Facts) -> StoreResult<()> {
    let id = UserId(row.try_get("account")?);
    facts.accounts.insert(id, account_from(row)?);
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

pub(super) fn account_from(row: &DbRow) -> StoreResult<AccountState> {
    Ok(AccountState {
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        picture: None,
        banned_until: moment(row, "banned_until")?,
        muted_until: moment(row, "muted_until")?,
    })
}

fn maybe_count(row: &DbRow, column: &str) -> StoreResult<Option<u32>> {
    let n: Option<i64> = row.try_get(column)?;
    Ok(n.map(|it| u32::try_from(it).unwrap_or(u32::MAX)))
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
