select id from attendees order by id;
select * from badges order by attendee;
select relation, reason, row_data::jsonb from pgreconcile.quarantine order by id;
