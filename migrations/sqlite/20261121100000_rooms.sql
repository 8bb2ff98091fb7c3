-- Rooms of one's own, people, and order among them.

-- Moments until which somebody may not come in or speak anywhere; null for "may". The largest
-- number is for ever.
alter table account add column banned_until integer;
alter table account add column muted_until integer;
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
alter table account add column one_login integer not null default 0;

-- Who made the first account owns the server.
update account set role = 'owner' where id = (
    select id from account where role = 'admin' order by created_at, id limit 1
);

-- How one comes in: 'open', 'password' or 'invite'.
alter table room add column door text not null default 'open';
-- argon2id in PHC form, with the door 'password'.
alter table room add column password text;
alter table room add column locked integer not null default 0;
alter table room add column slow_secs integer not null default 0;
alter table room add column host_id blob references account (id);
alter table room add column successor_id blob references account (id);
-- A temporary room is gone when it was empty for so many minutes, or at a moment.
alter table room add column empty_mins integer;
alter table room add column empty_since integer;
alter table room add column closes_at integer;
-- Closed rooms take nothing more, and are purged soon.
alter table room add column closed_at integer;
-- Who asked to write, in a direct room whose other has not answered.
alter table room add column asked_by blob references account (id);
-- How many sanctions there are, so that rooms without any need not look.
alter table room add column sanctions integer not null default 0;
-- How many wait for a place.
alter table room add column waiting integer not null default 0;
create index room_host on room (host_id) where host_id is not null;

-- Since when they are a co-host; null for no.
alter table member add column cohost_at integer;
alter table member add column speaker integer not null default 0;
-- When they last said something, in rooms with slow mode.
alter table member add column said_at integer;
-- Up to where they have seen the log, in direct rooms.
alter table member add column seen integer not null default 0;
-- They do not want to be told of the room.
alter table member add column quiet integer not null default 0;

alter table entry add column subject_id blob references account (id);
alter table entry add column until integer;

-- Who may not come into a room, or not speak in it.
create table sanction (
    room_id blob not null references room (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    -- 'ban' or 'mute'
    kind text not null,
    -- The largest number for ever.
    until integer not null,
    reason text not null,
    by_id blob not null references account (id),
    at integer not null,
    primary key (room_id, account_id, kind)
) without rowid;
create index sanction_until on sanction (until);

-- Who waits for a place in a full room.
create table waiting (
    room_id blob not null references room (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    since integer not null,
    primary key (room_id, account_id)
) without rowid;

create table invite (
    id blob primary key not null,
    room_id blob not null references room (id) on delete cascade,
    -- SHA-256 of the token in the link.
    token_hash blob not null unique,
    by_id blob not null references account (id),
    created_at integer not null,
    -- The largest number for ever.
    expires_at integer not null,
    -- Null for as often as one likes.
    uses_left integer,
    used integer not null default 0
) without rowid;
create index invite_room on invite (room_id);

-- Who wants nothing to do with whom.
create table block (
    blocker_id blob not null references account (id) on delete cascade,
    blocked_id blob not null references account (id) on delete cascade,
    at integer not null,
    primary key (blocker_id, blocked_id)
) without rowid;
create index block_blocked on block (blocked_id);

-- What is to be done at a time.
create table job (
    id blob primary key not null,
    -- 'say', 'remind', 'succeed'. What rooms and sanctions tell by themselves has no row here: when
    -- they end stands with them.
    kind text not null,
    due_at integer not null,
    -- A room that may be gone by then.
    room_id blob,
    account_id blob not null references account (id) on delete cascade,
    -- Of what entry somebody is reminded.
    seq integer,
    -- What else the kind needs, as JSON.
    detail text not null,
    created_at integer not null,
    -- When the leader began with it: from then on its author cannot change it.
    begun_at integer,
    -- When it was done, where it is kept to be shown; null while it is to be done.
    done_at integer
) without rowid;
create index job_due on job (due_at) where done_at is null;
create index job_account on job (account_id);
create index room_closes on room (closes_at) where closes_at is not null and closed_at is null;
create index room_empty on room (empty_since) where empty_since is not null and closed_at is null;
create index room_closed on room (closed_at) where closed_at is not null;

-- A user's picture, re-encoded.
create table picture (
    account_id blob primary key not null references account (id) on delete cascade,
    -- Changes with the picture, so that it can be kept for ever by browsers.
    version blob not null,
    mime text not null,
    small blob not null,
    large blob not null,
    at integer not null
) without rowid;

-- Links by which a forgotten password is set anew.
create table reset (
    token_hash blob primary key not null,
    account_id blob not null references account (id) on delete cascade,
    created_at integer not null,
    -- SHA-256 of the password's hash then: another password makes the link void.
    password_hash blob not null
) without rowid;
create index reset_account on reset (account_id);

create table report (
    id blob primary key not null,
    by_id blob not null references account (id),
    against_id blob not null references account (id),
    -- Where; null where the room is gone or it was none.
    room_id blob,
    room_name text not null,
    seq integer,
    -- What the reporter wrote, and why: one of a few words.
    why text not null,
    text text not null,
    -- The server's own excerpt of the log, as JSON.
    excerpt text not null,
    at integer not null,
    -- 'none', 'warn', 'mute' or 'ban'; null while it is open.
    decision text,
    decided_by blob references account (id),
    decided_at integer,
    until integer,
    note text not null default ''
) without rowid;
create index report_open on report (at) where decision is null;
create index report_by on report (by_id);
create index report_against on report (against_id);
-- Nobody reports the same entry twice.
create unique index report_entry on report (by_id, room_id, seq) where seq is not null;

-- Who did what, for whoever oversees the server. Nothing is removed from it.
create table audit (
    id blob primary key not null,
    at integer not null,
    -- Null for the server itself and its command line.
    by_id blob,
    by_name text not null,
    -- What was done: a word such as 'ban' or 'role'.
    action text not null,
    -- To whom or what, by id and name.
    object_id blob,
    object_name text not null,
    -- What else belongs to it, as JSON.
    detail text not null
) without rowid;
create index audit_at on audit (at);
create index audit_by on audit (by_id);
create index audit_object on audit (object_id);

-- What a user is told about themselves and their reports, until they confirm it.
create table notice (
    id blob primary key not null,
    account_id blob not null references account (id) on delete cascade,
    at integer not null,
    -- 'warned', 'muted', 'banned', 'report_acted' and the like
    told text not null,
    -- For what, where it follows from a report about them.
    why text,
    until integer,
    role text,
    text text not null,
    confirmed_at integer
) without rowid;
create index notice_account on notice (account_id);
create index notice_open on notice (account_id) where confirmed_at is null;
