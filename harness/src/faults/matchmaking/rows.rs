//! What the database holds about searches, read after a run.

use crate::faults::logs::Database;
use anyhow::Result;
use app::protocol::ids::{Millis, ProposalId, RoomId, TicketId, UserId};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, Postgres, Sqlite,
    sqlite::SqliteConnectOptions,
};
use uuid::Uuid;

/// A wish to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) id: TicketId,
    pub(super) user: UserId,
    pub(super) since: Millis,
    pub(super) state: String,
    pub(super) ended_at: Option<Millis>,
}

impl Ticket {
    /// It waits, or is in a proposal.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "searching" | "proposed")
    }
}

/// Tickets that were put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) id: ProposalId,
    pub(super) made_at: Millis,
    pub(super) until: Millis,
    pub(super) state: String,
    pub(super) room: Option<RoomId>,
}

/// A ticket's place in a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) proposal: ProposalId,
    pub(super) ticket: TicketId,
    pub(super) user: UserId,
    pub(super) yes: bool,
    pub(super) held: bool,
    pub(super) open: bool,
}

/// All of it, of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) tickets: Vec<Ticket>,
    pub(super) proposals: Vec<Proposal>,
    pub(super) seats: Vec<Seat>,
    /// Who is in which match room.
    pub(super) members: Vec<(RoomId, UserId)>,
}

type TicketRow = (Uuid, Uuid, i64, String, Option<i64>);
type ProposalRow = (Uuid, i64, i64, String, Option<Uuid>);
type SeatRow = (Uuid, Uuid, Uuid, Option<String>, i64, i64);

const TICKETS: &str = "select id, account_id, since, state, ended_at from ticket order by since";
const PROPOSALS: &str =
    "select id, made_at, expires_at, state, room_id from proposal order by made_at";
const SEATS: &str = "select proposal_id, ticket_id, account_id, answer, held, open from seat";
const MEMBERS: &str = "select room.id, member.account_id from room
    join member on member.room_id = room.id
    where room.kind = 'match' and room.closed_at is null";

/// Reads the four tables in one transaction.
macro_rules! read {
    ($tx:ident, $database:ty) => {
        Rows::of(
            sqlx::query_as::<$database, TicketRow>(TICKETS).fetch_all(&mut *$tx).await?,
            sqlx::query_as::<$database, ProposalRow>(PROPOSALS).fetch_all(&mut *$tx).await?,
            sqlx::query_as::<$database, SeatRow>(SEATS).fetch_all(&mut *$tx).await?,
            sqlx::query_as::<$database, (Uuid, Uuid)>(MEMBERS).fetch_all(&mut *$tx).await?,
        )
    };
}

impl Rows {
    /// Reads them.
    pub(super) async fn read(database: &Database) -> Result<Self> {
        match database {
            Database::File(path) => {
                let options = SqliteConnectOptions::new().filename(path).read_only(true);
                let mut connection = options.connect().await?;
                let mut tx = connection.begin().await?;
                Ok(read!(tx, Sqlite))
            }
            Database::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await?;
                let begin = "begin isolation level repeatable read read only";
                let mut tx = connection.begin_with(begin).await?;
                Ok(read!(tx, Postgres))
            }
        }
    }

    fn of(
        tickets: Vec<TicketRow>,
        proposals: Vec<ProposalRow>,
        seats: Vec<SeatRow>,
        members: Vec<(Uuid, Uuid)>,
    ) -> Self {
        let ticket = |(id, user, since, state, ended_at): TicketRow| Ticket {
            id: TicketId(id),
            user: UserId(user),
            since: Millis(since),
            state,
            ended_at: ended_at.map(Millis),
        };
        let proposal = |(id, made_at, until, state, room): ProposalRow| Proposal {
            id: ProposalId(id),
            made_at: Millis(made_at),
            until: Millis(until),
            state,
            room: room.map(RoomId),
        };
        let seat = |(proposal, ticket, user, answer, held, open): SeatRow| Seat {
            proposal: ProposalId(proposal),
            ticket: TicketId(ticket),
            user: UserId(user),
            yes: answer.as_deref() == Some("yes"),
            held: held != 0,
            open: open != 0,
        };
        Self {
            tickets: tickets.into_iter().map(ticket).collect(),
            proposals: proposals.into_iter().map(proposal).collect(),
            seats: seats.into_iter().map(seat).collect(),
            members: members.into_iter().map(|(room, user)| (RoomId(room), UserId(user))).collect(),
        }
    }

    /// How many proposals are in that state.
    pub(super) fn count(&self, state: &str) -> usize {
        self.proposals.iter().filter(|it| it.state == state).count()
    }
}
