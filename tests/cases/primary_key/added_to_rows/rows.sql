select * from t order by id;
select relation, reason, row_data::jsonb from pgreconcile.quarantine order by id;
