create table b (x text) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.2, autovacuum_enabled = on);
create table c (x text) with (fillfactor = 80, toast.autovacuum_enabled = false);
insert into b values ('x');
