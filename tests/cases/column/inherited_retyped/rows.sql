select * from notes order by id;
select * from task_notes order by id;
select * from parted;
