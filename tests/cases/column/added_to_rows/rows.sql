select id, raw, note, joined, email, number, counted, double from people order by id;
select count(distinct key) from people;
