select no, name from t order by no
