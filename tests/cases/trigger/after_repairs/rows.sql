select number from counts;
select id, club, name from members order by id;
select relation, row_data::jsonb from pgreconcile.quarantine order by id;
