create table people (empty text, filled text, dropped text not null, full_already text, raw text);
insert into people (dropped, full_already, filled, raw) values ('d', 'f', 'kept', 'R1'), ('d', 'f', null, 'R2');
create table quiet (name text);
