-- Rooms of one's own, people, and order among them.

-- Moments until which somebody may not come in or speak anywhere; null for "may". The largest
-- number is for ever.
alter table account add column banned_until bigint;
alter table account add column muted_until bigint;
-- What others see of somebody, beside the name.
alter table account add column about text not null default '';
-- Tags of languages and words of interests, with commas between them.
alter table account add column languages text not null default '';
alter table account add column interests text not null default '';
-- Presence set by hand: 'auto', 'away' or 'busy'.
alter table account add column presence text not null default 'auto';
alter table account add column email text;
create index account_email on account (email) where email is not null;
-- A new login ends the others.
alter table account add column one_login bigint not null default 0;

-- Who made the first account owns the server.
update account set role = 'owner' where id = (
    select id from account where role = 'admin' order by created_at, id limit 1
);

-- How one comes in: 'open', 'password' or 'invite'.
alter table room add column door text not null default 'open';
-- argon2id in PHC form, with the door 'password'.
alter table room add column password text;
alter table room add column locked bigint not null default 0;
alter table room add column slow_secs bigint not null default 0;
alter table room add column host_id uuid references account (id);
alter table room add column successor_id uuid references account (id);
-- A temporary room is gone when it was empty for so many minutes, or at a moment.
alter table room add column empty_mins bigint;
alter table room add column empty_since bigint;
alter table room add column closes_at bigint;
-- Closed rooms take nothing more, and are purged soon.
alter table room add column closed_at bigint;
-- Who asked to write, in a direct room whose other has not answered.
alter table room add column asked_by uuid references account (id);
-- How many sanctions there are, so that rooms without any need not look.
alter table room add column sanctions bigint not null default 0;
-- How many wait for a place.
alter table room add column waiting bigint not null default 0;
create index room_host on room (host_id) where host_id is not null;

-- Since when they are a co-host; null for no.
alter table member add column cohost_at bigint;
alter table member add column speaker bigint not null default 0;
-- When they last said something, in rooms with slow mode.
alter table member add column said_at bigint;
-- Up to where they have seen the log, in direct rooms.
alter table member add column seen bigint not null default 0;
-- They do not want to be told of the room.
alter table member add column quiet bigint not null default 0;

alter table entry add column subject_id uuid references account (id);
alter table entry add column until bigint;

-- Who may not come into a room, or not speak in it.
create table sanction (
    room_id uuid not null references room (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    -- 'ban' or 'mute'
    kind text not null,
    -- The largest number for ever.
    until bigint not null,
    reason text not null,
    by_id uuid not null references account (id),
    at bigint not null,
    primary key (room_id, account_id, kind)
);
create index sanction_until on sanction (until);

-- Who waits for a place in a full room.
create table waiting (
    room_id uuid not null references room (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    since bigint not null,
    primary key (room_id, account_id)
);

create table invite (
    id uuid primary key not null,
    room_id uuid not null references room (id) on delete cascade,
    -- SHA-256 of the token in the link.
    token_hash bytea not null unique,
    by_id uuid not null references account (id),
    created_at bigint not null,
    -- The largest number for ever.
    expires_at bigint not null,
    -- Null for as often as one likes.
    uses_left bigint,
    used bigint not null default 0
);
create index invite_room on invite (room_id);

-- Who wants nothing to do with whom.
create table block (
    blocker_id uuid not null references account (id) on delete cascade,
    blocked_id uuid not null references account (id) on delete cascade,
    at bigint not null,
    primary key (blocker_id, blocked_id)
);
create index block_blocked on block (blocked_id);

-- What is to be done at a time.
create table job (
    id uuid primary key not null,
    -- 'say', 'remind', 'succeed'. What rooms and sanctions tell by themselves has no row here: when
    -- they end stands with them.
    kind text not null,
    due_at bigint not null,
    -- A room that may be gone by then.
    room_id uuid,
    account_id uuid not null references account (id) on delete cascade,
    -- Of what entry somebody is reminded.
    seq bigint,
    -- What else the kind needs, as JSON.
    detail text not null,
    created_at bigint not null,
    -- When the leader began with it: from then on its author cannot change it.
    begun_at bigint,
    -- When it was done, where it is kept to be shown; null while it is to be done.
    done_at bigint
);
create index job_due on job (due_at) where done_at is null;
create index job_account on job (account_id);
create index room_closes on room (closes_at) where closes_at is not null and closed_at is null;
create index room_empty on room (empty_since) where empty_since is not null and closed_at is null;
create index room_closed on room (closed_at) where closed_at is not null;

-- A user's picture, re-encoded.
create table picture (
    account_id uuid primary key not null references account (id) on delete cascade,
    -- Changes with the picture, so that it can be kept for ever by browsers.
    version uuid not null,
    mime text not null,
    small bytea not null,
    large bytea not null,
    at bigint not null
);

-- Links by which a forgotten password is set anew.
create table reset (
    token_hash bytea primary key not null,
    account_id uuid not null references account (id) on delete cascade,
    created_at bigint not null,
    -- SHA-256 of the password's hash then: another password makes the link void.
    password_hash bytea not null
);
create index reset_account on reset (account_id);

create table report (
    id uuid primary key not null,
    by_id uuid not null references account (id),
    against_id uuid not null references account (id),
    -- Where; null where the room is gone or it was none.
    room_id uuid,
    room_name text not null,
    seq bigint,
    -- What the reporter wrote, and why: one of a few words.
    why text not null,
    text text not null,
    -- The server's own excerpt of the log, as JSON.
    excerpt text not null,
    at bigint not null,
    -- 'none', 'warn', 'mute' or 'ban'; null while it is open.
    decision text,
    decided_by uuid references account (id),
    decided_at bigint,
    until bigint,
    note text not null default ''
);
create index report_open on report (at) where decision is null;
create index report_by on report (by_id);
create index report_against on report (against_id);
-- Nobody reports the same entry twice.
create unique index report_entry on report (by_id, room_id, seq) where seq is not null;

-- Who did what, for whoever oversees the server. Nothing is removed from it.
create table audit (
    id uuid primary key not null,
    at bigint not null,
    -- Null for the server itself and its command line.
    by_id uuid,
    by_name text not null,
    -- What was done: a word such as 'ban' or 'role'.
    action text not null,
    -- To whom or what, by id and name.
    object_id uuid,
    object_name text not null,
    -- What else belongs to it, as JSON.
    detail text not null
);
create index audit_at on audit (at);
create index audit_by on audit (by_id);
create index audit_object on audit (object_id);

-- What a user is told about themselves and their reports, until they confirm it.
create table notice (
    id uuid primary key not null,
    account_id uuid not null references account (id) on delete cascade,
    at bigint not null,
    -- 'warned', 'muted', 'banned', 'report_acted' and the like
    told text not null,
    -- For what, where it follows from a report about them.
    why text,
    until bigint,
    role text,
    text text not null,
    confirmed_at bigint
);
create index notice_account on notice (account_id);
create index notice_open on notice (account_id) where confirmed_at is null;
