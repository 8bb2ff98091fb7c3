-- Someone new to talk with, and the questions that two answer for each other.

-- The year in which somebody was born, as they stated it; null until they did.
alter table account add column born integer;

-- A wish to be matched.
create table ticket (
    id blob primary key not null,
    account_id blob not null references account (id) on delete cascade,
    -- What is wished for, as JSON.
    wishes text not null,
    -- 'teen' or 'adult', by the year of birth when the ticket was taken.
    band text not null,
    -- Without a password.
    guest integer not null,
    -- Waiting counts from here.
    since integer not null,
    -- 'searching', 'proposed', 'matched', 'cancelled', 'not_answered', 'away' or 'refused'
    state text not null,
    -- When its owner last did something about it.
    acted_at integer not null,
    -- When its owner last said no to a proposal.
    skipped_at integer,
    -- When anything of it last changed.
    changed_at integer not null,
    -- When it left the queue; null while it is in it.
    ended_at integer
) without rowid;
-- Nobody waits twice.
create unique index ticket_open on ticket (account_id) where state in ('searching', 'proposed');
create index ticket_changed on ticket (changed_at);
create index ticket_account on ticket (account_id);

-- Tickets that were put together.
create table proposal (
    id blob primary key not null,
    made_at integer not null,
    expires_at integer not null,
    -- 'open', 'matched', 'refused', 'expired' or 'cancelled'
    state text not null,
    -- What those in it have in common, as JSON.
    common text not null,
    -- Where they talk, once all said yes.
    room_id blob
) without rowid;
create index proposal_open on proposal (expires_at) where state = 'open';

-- A ticket's place in a proposal.
create table seat (
    proposal_id blob not null references proposal (id) on delete cascade,
    ticket_id blob not null references ticket (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    -- 'yes' or 'no'; null while there is no answer.
    answer text,
    answered_at integer,
    -- 1 while the proposal is open or matched: the ticket is not to be given away again.
    held integer not null,
    -- 1 while the proposal is open.
    open integer not null,
    primary key (proposal_id, ticket_id)
) without rowid;
-- No ticket is matched twice, and nobody is asked two things at a time.
create unique index seat_ticket on seat (ticket_id) where held = 1;
create unique index seat_account on seat (account_id) where open = 1;
create index seat_of_account on seat (account_id);

-- Who met whom. Of the two, the lower id comes first.
create table met (
    low_id blob not null references account (id) on delete cascade,
    high_id blob not null references account (id) on delete cascade,
    -- When they last were in a match room together; null if they never were.
    at integer,
    times integer not null,
    -- When one of them last said no to the other; null if nobody did.
    skipped_at integer,
    primary key (low_id, high_id)
) without rowid;
create index met_high on met (high_id);

-- How long those waited who were matched, or left: what usual waits are told by.
create table wait (
    id blob primary key not null,
    at integer not null,
    waited_ms integer not null,
    matched integer not null,
    band text not null,
    -- As JSON.
    wishes text not null
) without rowid;
create index wait_at on wait (at);

-- Who wants to be told when somebody like that looks for someone.
create table lookout (
    account_id blob primary key not null references account (id) on delete cascade,
    -- As JSON.
    wishes text not null,
    since integer not null,
    until integer not null,
    told_at integer
) without rowid;

-- What counts for or against somebody when people are matched.
create table conduct (
    id blob primary key not null,
    account_id blob not null references account (id) on delete cascade,
    -- 'kept', 'talked', 'not_answered', 'left_early', 'blocked', 'reported' or 'sanctioned'
    kind text not null,
    at integer not null
) without rowid;
create index conduct_account on conduct (account_id, at);

-- A room of people who were matched, and what it becomes.
create table meeting (
    room_id blob primary key not null references room (id) on delete cascade,
    began_at integer not null,
    -- What they have in common, as JSON.
    common text not null,
    -- What all agreed to show: 'text', 'links', 'pictures' or 'names'.
    openness text not null default 'text',
    -- What they have chosen for their questions, as JSON.
    questions text not null,
    -- When the clock brings up the next one; null for never.
    clock_at integer
) without rowid;
create index meeting_clock on meeting (clock_at) where clock_at is not null;

-- What each of them wants of it.
create table meeter (
    room_id blob not null references room (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    -- They want to keep it.
    keep integer not null default 0,
    -- Up to where they are willing to show themselves.
    openness text not null default 'text',
    primary key (room_id, account_id)
) without rowid;
create index meeter_account on meeter (account_id);

-- A question that came up in a room.
create table asked (
    id blob primary key not null,
    room_id blob not null references room (id) on delete cascade,
    -- The question's id, and its words when it came up.
    question text not null,
    ko text not null,
    en text not null,
    -- By 'word', 'clock' or 'hand', and by which word.
    how text not null,
    word text not null,
    -- Its entry in the log.
    seq integer not null,
    at integer not null,
    -- Which time it is answered, from 1.
    turn integer not null,
    -- 'open', 'answered' or 'skipped'
    state text not null,
    -- When it was answered by all, or skipped.
    closed_at integer
) without rowid;
-- Once for each two.
create unique index asked_once on asked (room_id, question);
create index asked_open on asked (room_id) where state = 'open';

create table answer (
    asked_id blob not null references asked (id) on delete cascade,
    turn integer not null,
    account_id blob not null references account (id) on delete cascade,
    text text not null,
    at integer not null,
    primary key (asked_id, turn, account_id)
) without rowid;
create index answer_account on answer (account_id);

-- Who skipped questions when.
create table skip (
    asked_id blob not null references asked (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    room_id blob not null references room (id) on delete cascade,
    at integer not null,
    primary key (asked_id, account_id, at)
) without rowid;
create index skip_room on skip (room_id, account_id, at);

-- Packs that the operator wrote, or wrote anew. An empty text hides one that comes with Maru.
create table pack (
    id text primary key not null,
    toml text not null,
    by_id blob references account (id) on delete set null,
    at integer not null
) without rowid;

-- The channels that have a question of the day.
create table daily (
    room_id blob primary key not null references room (id) on delete cascade,
    -- The last day of which one was told, in days since 1970.
    told integer not null
) without rowid;
