select * from plans;
select relation, row_data::jsonb from pgreconcile.quarantine order by id;
