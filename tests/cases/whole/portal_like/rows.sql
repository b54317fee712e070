select id, name, status from events order by id;
select id, event_id, email from attendees order by id;
select relation, reason, row_data::jsonb - 'created_at' from pgreconcile.quarantine order by id;
