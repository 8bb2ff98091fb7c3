-- Speed rounds: in a room, two by two for a while, and then with another.

-- The rounds that were set up in a room.
create table speed (
    room_id uuid primary key not null references room (id) on delete cascade,
    rounds bigint not null,
    mins bigint not null,
    -- 1 where they come again a week later.
    weekly bigint not null,
    -- How many have begun.
    done bigint not null,
    next_at bigint not null
);
create index speed_next on speed (next_at);

-- Who joins in.
create table speed_guest (
    room_id uuid not null references room (id) on delete cascade,
    account_id uuid not null references account (id) on delete cascade,
    -- What they speak and like, as JSON.
    wishes text not null,
    -- Rounds for which there was nobody since they last were with somebody.
    sat_out bigint not null default 0,
    primary key (room_id, account_id)
);
create index speed_guest_account on speed_guest (account_id);
