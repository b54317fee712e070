select * from settings order by id
