-- Rooms of which somebody does not want to be told. A table of its own: a channel lets its members
-- go when they are away, and what they wish outlives that.
create table quiet (
    account_id uuid not null references account (id) on delete cascade,
    room_id uuid not null references room (id) on delete cascade,
    primary key (account_id, room_id)
);
insert into quiet (account_id, room_id) select account_id, room_id from member where quiet = 1;
alter table member drop column quiet;
