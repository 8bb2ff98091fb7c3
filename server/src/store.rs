//! The database: what is kept, and the only place that speaks SQL. Knows no engine.
//!
//! The queries are one set of files, compiled twice: for SQLite and for PostgreSQL. This page is
//! what both promise.

mod accounts;
mod address;
mod change;
mod copying;
mod decide;
mod direct;
mod error;
mod jobs;
mod log_writer;
mod lookouts;
mod matching;
mod outcome;
mod people;
mod postgres;
mod questions;
mod rows;
mod speed;
mod sqlite;
mod tables;

pub use address::{BadAddress, StoreAddress};
pub use change::{Append, CARETAKER, Change, HostAct, RoomSanction, Way};
pub use copying::{Copied, CopyError};
pub use direct::BlockMark;
pub use error::{StoreError, StoreResult};
pub use jobs::{Finish, Job, JobDetail, JobKind, Over};
pub use log_writer::LogWriter;
pub use lookouts::{LookoutRow, NewLookout};
pub use matching::{
    Band, MeetingRow, MetRow, NewProposal, NewTicket, ProposalRow, Search, Seat, Seeker, Shared,
    TicketAsk, TicketRow, TicketState, Turned, WaitRow,
};
pub use order::{Decision, NewReport, Outcome, Sanction, Sanctioned, Sanctioning};
pub use outcome::{AppendError, Appending, Done, Moved, Outcomes};
pub use people::{ProfileRow, TalkRow};
pub use questions::{PackRow, PairQuestions};
pub use rows::{
    ChannelSpec, DoorFacts, EntryPage, Fence, InviteRow, LoginRow, MakeRoom, MemberRow, NewInvite,
    NewLogin, NewPicture, NewReset, NewUser, PictureRow, ResetRow, RoomHead, RoomMade, RoomNow,
    RoomRow, TokenHash, User,
};
pub use speed::{SpeedGuest, SpeedRound};

use app::protocol::{
    ids::{Epoch, InviteId, LoginId, Millis, RoomId, Seq, UserId},
    pages,
};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

/// The database of one deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    queries: Queries,
    /// The database file of SQLite; absent in memory.
    file: Option<PathBuf>,
    epoch: Epoch,
    /// The packs as they were read last.
    shelf: Shelf,
}

#[derive(Clone, Debug)]
enum Queries {
    Sqlite(sqlite::Queries),
    Postgres(postgres::Queries),
}

/// The answer to the same call on whichever database it is.
macro_rules! on_either {
    ($store:expr, $queries:ident => $call:expr) => {
        match &$store.queries {
            Queries::Sqlite($queries) => $call.await,
            Queries::Postgres($queries) => postgres::answered(|| $call).await,
        }
    };
}
use on_either;

mod order;
use order::Notify;
use questions::Shelf;

impl Store {
    /// Opens the database, brings its schema up to date and reads its epoch.
    pub async fn open(address: &StoreAddress) -> StoreResult<Self> {
        let (queries, file, epoch) = match address {
            StoreAddress::Memory => {
                let (queries, epoch) = sqlite::Queries::open(None).await?;
                (Queries::Sqlite(queries), None, epoch)
            }
            StoreAddress::File(path) => {
                let (queries, epoch) = sqlite::Queries::open(Some(path)).await?;
                (Queries::Sqlite(queries), Some(path.clone()), epoch)
            }
            StoreAddress::Postgres(url) => {
                let (queries, epoch) = postgres::Queries::open(url).await?;
                (Queries::Postgres(queries), None, epoch)
            }
        };
        let store = Self { queries, file, epoch, shelf: Shelf::default() };
        store.refresh_packs().await?;
        Ok(store)
    }

    /// The lineage of this database's numbers.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whether the database is still of the lineage that it was of when it was opened.
    pub async fn keeps_epoch(&self) -> StoreResult<bool> {
        let now = on_either!(self, it => it.read_epoch())?;
        Ok(now == Some(self.epoch.to_string()))
    }

    /// Whether another server uses this database, or seems to for a moment. What uses a file is
    /// not known.
    pub async fn has_others(&self) -> StoreResult<bool> {
        match &self.queries {
            Queries::Sqlite(_) => Ok(false),
            Queries::Postgres(it) => postgres::answered(|| it.has_others()).await,
        }
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> StoreResult<()> {
        on_either!(self, it => it.ping())
    }

    /// How many may append at the same time, to different rooms, and gain by it.
    pub const fn log_writers(&self) -> usize {
        match &self.queries {
            Queries::Sqlite(_) => 1,
            Queries::Postgres(_) => postgres::LOG_WRITERS,
        }
    }

    /// Finishes what is under way and closes files and connections.
    pub async fn close(&self) {
        match &self.queries {
            Queries::Sqlite(it) => it.close().await,
            Queries::Postgres(it) => it.close().await,
        }
    }

    /// Bytes free for the database file; `None` where there is none, or where the system does not
    /// tell.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        let folder = self.file.as_deref()?.parent()?;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let space = rustix::fs::statvfs(folder).ok()?;
        Some(space.f_bavail.saturating_mul(space.f_frsize))
    }

    /// Begins a new lineage of numbers, after a backup was restored: every client drops what it
    /// has and loads anew. For a database that no server uses.
    pub async fn forget_epoch(&self) -> StoreResult<()> {
        on_either!(self, it => it.forget_epoch())
    }

    /// Writes a consistent copy of the whole database to a file that must not exist yet, while
    /// reading and writing go on. The copy has no epoch: a server started from it makes a new
    /// one, by which every client knows that numbers may have moved back.
    pub async fn backup(&self, to: &Path) -> StoreResult<()> {
        match &self.queries {
            Queries::Sqlite(it) => it.backup(to).await,
            Queries::Postgres(_) => Err(StoreError::Unusable {
                path: to.to_owned(),
                why: "PostgreSQL is copied by pg_dump; see docs/configuration.md".to_owned(),
            }),
        }
    }
}

/// The logs.
impl Store {
    /// Appends a batch in one transaction and one flush; when this returns, what it accepted
    /// survives power loss. Changes are decided in their order. The same `cid` of the same author
    /// again returns the place it already has.
    ///
    /// An error means that the outcome is not known: asking again with the same ids tells it.
    pub async fn append(&self, batch: &[Append], now: Millis) -> StoreResult<Outcomes> {
        let packs = self.packs();
        on_either!(self, it => it.append_once(batch, &packs, now))
    }

    /// Somebody who appends batch after batch.
    pub fn log_writer(&self) -> LogWriter {
        LogWriter::new(self.clone())
    }

    /// Where those of the changes stand whose ids are in the logs already. Writes nothing.
    pub async fn known(&self, batch: &[Append]) -> StoreResult<Vec<Option<Appending>>> {
        on_either!(self, it => it.known(batch))
    }

    /// The first `limit` entries after `after`; else the last ones before `before`; else the
    /// newest. A room that does not exist has an empty log.
    pub async fn entries(
        &self,
        room: RoomId,
        after: Option<Seq>,
        before: Option<Seq>,
        limit: usize,
    ) -> StoreResult<EntryPage> {
        // PostgreSQL ends a transaction in which a node was stopped, and a page is read in one.
        match on_either!(self, it => it.entries(room, after, before, limit)) {
            Err(error) if error.is_away() => {
                on_either!(self, it => it.entries(room, after, before, limit))
            }
            other => other,
        }
    }

    /// The newest entry of every room, and how it stands.
    pub async fn heads(&self) -> StoreResult<Vec<RoomHead>> {
        on_either!(self, it => it.heads())
    }
}

/// Rooms and who belongs to them.
impl Store {
    /// Makes the channels that are missing and brings topic, capacity and order of the others up
    /// to date. Channels that are no longer asked for stay, after the others.
    pub async fn ensure_channels(&self, channels: &[ChannelSpec], now: Millis) -> StoreResult<()> {
        on_either!(self, it => it.ensure_channels(channels, now))
    }

    /// All rooms, in the order of lists.
    pub async fn rooms(&self) -> StoreResult<Vec<RoomRow>> {
        on_either!(self, it => it.rooms())
    }

    /// Those of the rooms that there are and that are not closed, each with its members and
    /// those who may not come in, all as of one moment.
    pub async fn rooms_now(&self, rooms: &[RoomId]) -> StoreResult<Vec<RoomNow>> {
        on_either!(self, it => it.rooms_now(rooms))
    }

    /// The rooms that a user is a member of, and that are not closed.
    pub async fn rooms_of(&self, user: UserId) -> StoreResult<Vec<RoomId>> {
        on_either!(self, it => it.rooms_of(user))
    }

    /// Who waits for a place in which room.
    pub async fn waiting(&self) -> StoreResult<Vec<(RoomId, UserId)>> {
        on_either!(self, it => it.waiting())
    }

    /// The members of a room.
    pub async fn members(&self, room: RoomId) -> StoreResult<Vec<MemberRow>> {
        on_either!(self, it => it.members(room))
    }
}

/// Accounts and guests.
impl Store {
    /// Makes a user. The first account runs the server: made as [`Role::Member`](app::protocol::people::Role::Member), it is an owner.
    pub async fn create_user(&self, new: NewUser, now: Millis) -> StoreResult<User> {
        on_either!(self, it => it.create_user(&new, now))
    }

    /// The user of that name key.
    pub async fn user_by_name_key(&self, name_key: &str) -> StoreResult<Option<User>> {
        on_either!(self, it => it.user_by_name_key(name_key))
    }

    /// The user of that id.
    pub async fn user(&self, id: UserId) -> StoreResult<Option<User>> {
        on_either!(self, it => it.user(id))
    }

    /// Those of these users that there are, in any order.
    pub async fn users(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        on_either!(self, it => it.users(ids))
    }

    /// Gives a user another name.
    pub async fn rename_user(&self, id: UserId, name: &str, name_key: &str) -> StoreResult<()> {
        on_either!(self, it => it.rename_user(id, name, name_key))
    }

    /// Sets a user's password and ends their logins but `keep`, both or neither; names those it
    /// ended. A guest becomes an account by it, and the first account an admin.
    pub async fn set_password(
        &self,
        id: UserId,
        password: &str,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        on_either!(self, it => it.set_password(id, password, keep))
    }

    /// The generations of those users that there are. A generation grows with every change of
    /// name, role or password, and with every ended login, in the same transaction; by it other
    /// nodes notice.
    pub async fn generations(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, i64>> {
        on_either!(self, it => it.generations(users))
    }
}

/// Logins: signed-in browsers. Only the hash of a token is kept.
impl Store {
    /// Begins a login of a user as just read; if they want one at a time, or `alone` says so, it
    /// ends their others, and names them. Where their password has changed since, whoever proved
    /// to know the old one does not get in: [`StoreError::NotFound`].
    pub async fn begin_login(
        &self,
        user: &User,
        new: &NewLogin<'_>,
        alone: bool,
    ) -> StoreResult<(LoginId, Vec<LoginId>)> {
        on_either!(self, it => it.begin_login(user, new, alone))
    }

    /// Begins a login of a user as just read, beside their others.
    pub async fn create_login(
        &self,
        user: &User,
        token: &TokenHash,
        agent: &str,
        now: Millis,
    ) -> StoreResult<LoginId> {
        let new = NewLogin { token, agent, at: now };
        Ok(self.begin_login(user, &new, false).await?.0)
    }

    /// The login with that token and its user.
    pub async fn login_by_token(&self, token: &TokenHash) -> StoreResult<Option<(LoginRow, User)>> {
        on_either!(self, it => it.login_by_token(token))
    }

    /// Notes that a login was used.
    pub async fn touch_login(&self, id: LoginId, now: Millis) -> StoreResult<()> {
        on_either!(self, it => it.touch_login(id, now))
    }

    /// A user's logins, the last used first.
    pub async fn logins(&self, user: UserId) -> StoreResult<Vec<LoginRow>> {
        on_either!(self, it => it.logins(user))
    }

    /// Ends a login of that user; false when there was none.
    pub async fn delete_login(&self, user: UserId, id: LoginId) -> StoreResult<bool> {
        on_either!(self, it => it.delete_login(user, id))
    }

    /// Ends a user's logins but `keep`, and names those it ended.
    pub async fn delete_logins(
        &self,
        user: UserId,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        on_either!(self, it => it.delete_logins(user, keep))
    }

    /// Those of the logins that have not ended.
    pub async fn known_logins(&self, logins: &[LoginId]) -> StoreResult<HashSet<LoginId>> {
        on_either!(self, it => it.known_logins(logins))
    }

    /// Ends the logins not used since `idle_since` or begun before `begun_before`.
    pub async fn delete_stale_logins(
        &self,
        idle_since: Millis,
        begun_before: Millis,
    ) -> StoreResult<Vec<LoginId>> {
        on_either!(self, it => it.delete_stale_logins(idle_since, begun_before))
    }
}

/// How rooms of one's own begin.
impl Store {
    /// Makes a room with its host in it.
    pub async fn make_room(&self, make: &MakeRoom, now: Millis) -> StoreResult<RoomMade> {
        on_either!(self, it => it.make_room(make, now))
    }

    /// The hash of a room's password, where it has one.
    pub async fn room_password(&self, room: RoomId) -> StoreResult<Option<String>> {
        on_either!(self, it => it.room_password(room))
    }
}

/// What doors and settings of rooms show.
impl Store {
    /// What a room's door shows to that user; none where it is closed or was never there.
    pub async fn door_facts(
        &self,
        room: RoomId,
        user: UserId,
        now: Millis,
    ) -> StoreResult<Option<DoorFacts>> {
        on_either!(self, it => it.door_facts(room, user, now))
    }

    /// Who may not come into a room or not speak in it, the last one first.
    pub async fn sanctions(&self, room: RoomId, now: Millis) -> StoreResult<Vec<pages::Sanction>> {
        on_either!(self, it => it.sanctions(room, now))
    }
}

/// Invitations into rooms. Only the hash of a token is kept.
impl Store {
    /// Makes an invitation; none where its maker may not, or the room is closed, both as they are
    /// when it is written.
    pub async fn create_invite(
        &self,
        new: &NewInvite,
        now: Millis,
    ) -> StoreResult<Option<InviteId>> {
        on_either!(self, it => it.create_invite(new, now))
    }

    /// A room's invitations, the newest first.
    pub async fn invites(&self, room: RoomId) -> StoreResult<Vec<InviteRow>> {
        on_either!(self, it => it.invites(room))
    }

    /// The invitation with that token, while it is good.
    pub async fn invite_by_token(
        &self,
        token: &TokenHash,
        now: Millis,
    ) -> StoreResult<Option<InviteRow>> {
        on_either!(self, it => it.invite_by_token(token, now))
    }

    /// Takes an invitation into that room back; false when there was none.
    pub async fn delete_invite(&self, room: RoomId, id: InviteId) -> StoreResult<bool> {
        on_either!(self, it => it.delete_invite(room, id))
    }

    /// Forgets a room's invitations that are over or used up.
    pub async fn delete_invites_over(&self, room: RoomId, now: Millis) -> StoreResult<()> {
        on_either!(self, it => it.delete_invites_over(room, now))
    }
}

/// Leases: who may do what only one node does.
impl Store {
    /// Makes the caller the newest holder of a lease, with a number larger than any before. From
    /// then on nothing of an earlier holder is accepted where it is checked.
    pub async fn take_fence(&self, lease: &str) -> StoreResult<Fence> {
        on_either!(self, it => it.take_fence(lease))
    }
}

#[cfg(test)]
mod tests;
