create table log (id bigint, note text);
create table events (id bigint, name text);
create rule same as on insert to events where (new.id > 0 and new.name in ('a;b', 'c')) do also insert into log values (new.id, 'seen');
create rule several as on update to events do also (
    insert into log values (old.id, ' TO x'); update log set note = 'x; y' where log.id = old.id);
create rule other as on update to events where old.id > 0 do instead nothing;
create rule off as on insert to events do also notify events;
create rule before as on delete to events do also notify events;
create rule undeclared as on delete to events do also notify events;
create view v as select id from events;
