select * from settings order by id;
select id, flag, amount, ratio, day, stamp, data, plain, list, words, mood, made is null, key from everything;
