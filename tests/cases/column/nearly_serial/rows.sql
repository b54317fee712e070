insert into becomes default values;
select * from becomes order by id;
