select * from parents order by id;
select * from children;
select relation, reason, row_data::jsonb from pgreconcile.quarantine order by id;
