-- Lookouts are read by when they were made, and what counts of somebody is forgotten by when it was.
create index lookout_since on lookout (since);
create index conduct_at on conduct (at);
-- The last ticket of somebody.
drop index ticket_account;
create index ticket_account on ticket (account_id, since);
