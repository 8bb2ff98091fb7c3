-- Speed rounds: in a room, two by two for a while, and then with another.

-- The rounds that were set up in a room.
create table speed (
    room_id blob primary key not null references room (id) on delete cascade,
    rounds integer not null,
    mins integer not null,
    -- 1 where they come again a week later.
    weekly integer not null,
    -- How many have begun.
    done integer not null,
    next_at integer not null
) without rowid;
create index speed_next on speed (next_at);

-- Who joins in.
create table speed_guest (
    room_id blob not null references room (id) on delete cascade,
    account_id blob not null references account (id) on delete cascade,
    -- What they speak and like, as JSON.
    wishes text not null,
    -- Rounds for which there was nobody since they last were with somebody.
    sat_out integer not null default 0,
    primary key (room_id, account_id)
) without rowid;
create index speed_guest_account on speed_guest (account_id);
