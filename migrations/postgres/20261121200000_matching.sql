-- Someone new to talk with, and the questions that two answer for each other.

-- The year in which somebody was born, as they stated it; null until they did.
alter table account add column born bigint;

-- A wish to be matched.
create table ticket (
    id uuid primary key not null,
    account_id uuid not null references account (id) on delete cascade,
    -- What is wished for, as JSON.
    wishes text not null,
    -- 'teen' or 'adult', by the year of birth when the ticket was taken.
    band text not null,
    -- Without a password.
    guest bigint not null,
    -- Waiting counts from here.
    since bigint not null,
    -- 'searching', 'proposed', 'matched', 'cancelled', 'not_answered', 'away' or 'refused'
    state text not null,
    -- When its owner last did something about it.
    acted_at bigint not null,
    -- When its owner last said no to a proposal.
    skipped_at bigint,
    -- When anything of it last changed.
    changed_at bigint not null,
    -- When it left the queue; null while it is in it.
    ended_at bigint
);
-- Nobody waits twice.
create unique index ticket_open on ticket (account_id) where state in ('searching', 'proposed');
create index ticket_changed on ticket (changed_at);
create index ticket_account on ticket (account_id);

-- Tickets that were put together.
create table proposal (
    id uuid primary key not null,
    made_at bigint not null,
    expires_at bigint not null,
    -- 'open', 'matched', 'refused', 'expired' or 'cancelled'
    state text not null,
    -- What those in it have in common, as JSON.
    common text not null,
    -- Where they talk, once all said yes.
    room_id uuid
);
create index proposal_open on proposal (expires_at) where state = 'open';

-- A ticket's place in a proposal.
create table seat (
    proposal_id uuid not null references proposal (id) on delete cascade,
    ticket_id uuid not null references ticket (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    -- 'yes' or 'no'; null while there is no answer.
    answer text,
    answered_at bigint,
    -- 1 while the proposal is open or matched: the ticket is not to be given away again.
    held bigint not null,
    -- 1 while the proposal is open.
    open bigint not null,
    primary key (proposal_id, ticket_id)
);
-- No ticket is matched twice, and nobody is asked two things at a time.
create unique index seat_ticket on seat (ticket_id) where held = 1;
create unique index seat_account on seat (account_id) where open = 1;
create index seat_of_account on seat (account_id);

-- Who met whom. Of the two, the lower id comes first.
create table met (
    low_id uuid not null references account (id) on delete cascade,
    high_id uuid not null references account (id) on delete cascade,
    -- When they last were in a match room together; null if they never were.
    at bigint,
    times bigint not null,
    -- When one of them last said no to the other; null if nobody did.
    skipped_at bigint,
    primary key (low_id, high_id)
);
create index met_high on met (high_id);

-- How long those waited who were matched, or left: what usual waits are told by.
create table wait (
    id uuid primary key not null,
    at bigint not null,
    waited_ms bigint not null,
    matched bigint not null,
    band text not null,
    -- As JSON.
    wishes text not null
);
create index wait_at on wait (at);

-- Who wants to be told when somebody like that looks for someone.
create table lookout (
    account_id uuid primary key not null references account (id) on delete cascade,
    -- As JSON.
    wishes text not null,
    since bigint not null,
    until bigint not null,
    told_at bigint
);

-- What counts for or against somebody when people are matched.
create table conduct (
    id uuid primary key not null,
    account_id uuid not null references account (id) on delete cascade,
    -- 'kept', 'talked', 'not_answered', 'left_early', 'blocked', 'reported' or 'sanctioned'
    kind text not null,
    at bigint not null
);
create index conduct_account on conduct (account_id, at);

-- A room of people who were matched, and what it becomes.
create table meeting (
    room_id uuid primary key not null references room (id) on delete cascade,
    began_at bigint not null,
    -- What they have in common, as JSON.
    common text not null,
    -- What all agreed to show: 'text', 'links', 'pictures' or 'names'.
    openness text not null default 'text',
    -- What they have chosen for their questions, as JSON.
    questions text not null,
    -- When the clock brings up the next one; null for never.
    clock_at bigint
);
create index meeting_clock on meeting (clock_at) where clock_at is not null;

-- What each of them wants of it.
create table meeter (
    room_id uuid not null references room (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    -- They want to keep it.
    keep bigint not null default 0,
    -- Up to where they are willing to show themselves.
    openness text not null default 'text',
    primary key (room_id, account_id)
);
create index meeter_account on meeter (account_id);

-- A question that came up in a room.
create table asked (
    id uuid primary key not null,
    room_id uuid not null references room (id) on delete cascade,
    -- The question's id, and its words when it came up.
    question text not null,
    ko text not null,
    en text not null,
    -- By 'word', 'clock' or 'hand', and by which word.
    how text not null,
    word text not null,
    -- Its entry in the log.
    seq bigint not null,
    at bigint not null,
    -- Which time it is answered, from 1.
    turn bigint not null,
    -- 'open', 'answered' or 'skipped'
    state text not null,
    -- When it was answered by all, or skipped.
    closed_at bigint
);
-- Once for each two.
create unique index asked_once on asked (room_id, question);
create index asked_open on asked (room_id) where state = 'open';

create table answer (
    asked_id uuid not null references asked (id) on delete cascade,
    turn bigint not null,
    account_id uuid not null references account (id) on delete cascade,
    text text not null,
    at bigint not null,
    primary key (asked_id, turn, account_id)
);
create index answer_account on answer (account_id);

-- Who skipped questions when.
create table skip (
    asked_id uuid not null references asked (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    room_id uuid not null references room (id) on delete cascade,
    at bigint not null,
    primary key (asked_id, account_id, at)
);
create index skip_room on skip (room_id, account_id, at);

-- Packs that the operator wrote, or wrote anew. An empty text hides one that comes with Maru.
create table pack (
    id text primary key not null,
    toml text not null,
    by_id uuid references account (id) on delete set null,
    at bigint not null
);

-- The channels that have a question of the day.
create table daily (
    room_id uuid primary key not null references room (id) on delete cascade,
    -- The last day of which one was told, in days since 1970.
    told bigint not null
);
