select * from t where id in (1, 9) order by id
