select key, note from t order by key;
select row_data from pgreconcile.quarantine order by id;
