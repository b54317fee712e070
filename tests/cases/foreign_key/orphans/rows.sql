select * from children order by id;
select * from grandchildren order by child;
select * from nulled order by id;
select relation, reason, row_data::jsonb from pgreconcile.quarantine order by id;
