select * from plans order by key;
select * from places order by id;
select * from late order by id;
