-- The first schema. Times are milliseconds since 1970 in UTC; ids are UUIDs as 16 bytes.

create table meta (
    key text primary key not null,
    value text not null
) without rowid;

create table account (
    id blob primary key not null,
    name text not null,
    -- What names are compared by: two that look alike have one key.
    name_key text not null unique,
    -- argon2id in PHC form; null for a guest.
    password text,
    role text not null,
    created_at integer not null
) without rowid;

create table login (
    id blob primary key not null,
    account_id blob not null references account (id) on delete cascade,
    -- SHA-256 of the cookie's token.
    token_hash blob not null unique,
    agent text not null,
    created_at integer not null,
    seen_at integer not null
) without rowid;
create index login_account on login (account_id);

create table room (
    id blob primary key not null,
    kind text not null,
    -- A channel's name, by which it is found; null for kinds without an address.
    address text unique,
    name text not null,
    topic text not null,
    capacity integer not null,
    position integer not null,
    -- The seq of the newest entry.
    head integer not null,
    -- How many members there are.
    people integer not null,
    created_at integer not null
) without rowid;

create table member (
    room_id blob not null references room (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    joined_at integer not null,
    primary key (room_id, account_id)
) without rowid;
create index member_account on member (account_id);

create table entry (
    room_id blob not null references room (id) on delete cascade,
    seq integer not null,
    author_id blob not null references account (id),
    -- Null for what the server appends by itself.
    cid blob,
    at integer not null,
    kind text not null,
    text text not null,
    primary key (room_id, seq)
) without rowid;
create unique index entry_cid on entry (author_id, cid) where cid is not null;
