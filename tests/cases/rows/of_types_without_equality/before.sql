create domain doc as json;
create table t (id int primary key, number int generated always as identity, p point, b box, x xml, j json, js json[], d doc);
insert into t (id, p, b, x, j, js, d) values (1, '(1,2)', '(1,1),(0,0)', '<a/>', '{"a": 1}', '{"{\"a\": 1}"}', '{"a": 1}'), (2, '(1,2)', '(1,1),(0,0)', '<a/>', '{"a": 1}', '{"{\"a\": 1}"}', '{"a": 1}');
