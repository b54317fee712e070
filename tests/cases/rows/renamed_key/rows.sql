select * from plans;
select relation, row_data from pgreconcile.quarantine order by id;
