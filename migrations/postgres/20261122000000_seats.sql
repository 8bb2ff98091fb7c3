-- What is known of a ticket goes with it, and is found by it.
create index seat_of_ticket on seat (ticket_id);
