select id, number, p, b, x, j, js, d from t order by id
