-- The first schema. Times are milliseconds since 1970 in UTC; ids are UUIDs.

create table meta (
    key text primary key not null,
    value text not null
);

create table account (
    id uuid primary key not null,
    name text not null,
    -- What names are compared by: two that look alike have one key.
    name_key text not null unique,
    -- argon2id in PHC form; null for a guest.
    password text,
    role text not null,
    created_at bigint not null
);

create table login (
    id uuid primary key not null,
    account_id uuid not null references account (id) on delete cascade,
    -- SHA-256 of the cookie's token.
    token_hash bytea not null unique,
    agent text not null,
    created_at bigint not null,
    seen_at bigint not null
);
create index login_account on login (account_id);

create table room (
    id uuid primary key not null,
    kind text not null,
    -- A channel's name, by which it is found; null for kinds without an address.
    address text unique,
    name text not null,
    topic text not null,
    capacity bigint not null,
    position bigint not null,
    -- The seq of the newest entry.
    head bigint not null,
    -- How many members there are.
    people bigint not null,
    created_at bigint not null
);

create table member (
    room_id uuid not null references room (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    joined_at bigint not null,
    primary key (room_id, account_id)
);
create index member_account on member (account_id);

create table entry (
    room_id uuid not null references room (id) on delete cascade,
    seq bigint not null,
    author_id uuid not null references account (id),
    -- Null for what the server appends by itself.
    cid uuid,
    at bigint not null,
    kind text not null,
    text text not null,
    primary key (room_id, seq)
);
create unique index entry_cid on entry (author_id, cid) where cid is not null;
