select id, name, email, club, since from people order by id;
select relation, row_data::jsonb from pgreconcile.quarantine order by id;
