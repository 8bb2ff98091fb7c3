-- Who was matched is unknown to each other until all agree to names.

-- Under which id the others of a match room know somebody; null once they know who it is. Those
-- who left before that keep theirs.
alter table meeter add column mask uuid;
update meeter set mask = gen_random_uuid()
    where room_id in (select id from room where kind = 'match')
        and room_id in (select room_id from meeting where openness <> 'names');

-- The kind of the room that a report came from, when it was made; empty for none. What was said in
-- a room of matched people is forgotten when the report is decided.
alter table report add column room_kind text not null default '';

-- Who does not want to be matched again with somebody whom they know by a mask only.
create table shun (
    by_id uuid not null references account (id) on delete cascade,
    of_id uuid not null references account (id) on delete cascade,
    -- As whom they knew them.
    mask uuid not null,
    at bigint not null,
    primary key (by_id, of_id)
);
create index shun_of on shun (of_id);
