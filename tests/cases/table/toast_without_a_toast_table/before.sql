create table without (id int);
create table will (id int);
create table pruned (id int, b text);
alter table pruned set (toast.autovacuum_enabled = false);
