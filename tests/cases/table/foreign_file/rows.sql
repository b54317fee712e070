select * from readings order by id;
select * from names;
select * from late;
