select * from children order by id;
select * from grandchildren order by child;
select * from nulled order by id;
select relation, reason, row_data from pgreconcile.quarantine order by id;
