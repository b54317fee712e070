select * from people order by id;
select * from visits order by id;
select relation, row_data::jsonb from pgreconcile.quarantine order by id;
