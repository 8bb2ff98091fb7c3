-- What several nodes need: to notice that a user changed, and to depose a leader.

-- One more at each change of name, role or password, and at each ended login.
alter table account add column generation integer not null default 0;

create table lease (
    name text primary key not null,
    -- One more for each holder; a change by an earlier holder is refused.
    fence integer not null
) without rowid;
