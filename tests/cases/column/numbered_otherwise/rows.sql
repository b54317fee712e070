insert into t default values;
select id, other, word, code is not null, plain from t order by id;
