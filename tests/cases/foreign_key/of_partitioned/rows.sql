select * from visits order by 1
