select key, note from t order by key;
select row_data::jsonb from pgreconcile.quarantine order by id;
