select * from t;
select * from parents order by l;
