create table t (id char(3) primary key, v varchar(3), b bit(2), n numeric(4, 1), a text[], two text[][], vs varchar(3)[], js jsonb[]);
insert into t values ('a', 'abc', '11', 1.3, '{"x y"}', '{{a,b},{c,d}}', '{abc}', '{"{\"a\": 1}"}'), ('b', 'abd', '01', 2, '{}', '{}', '{abd}', '{}');
