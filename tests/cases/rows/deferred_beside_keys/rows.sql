select * from nodes order by id;
select * from fresh order by id;
