-- What several nodes need: to notice that a user changed, and to depose a leader.

-- One more at each change of name, role or password, and at each ended login.
alter table account add column generation bigint not null default 0;

create table lease (
    name text primary key not null,
    -- One more for each holder; a change by an earlier holder is refused.
    fence bigint not null
);

-- A room's row changes with each commit: half a page stays free, so that the new row lies beside
-- the old one and no index changes.
alter table room set (fillfactor = 50);
