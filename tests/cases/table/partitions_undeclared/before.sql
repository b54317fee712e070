create table events (region text not null, note text) partition by list (region);
create table events_eu partition of events for values in ('eu');
create table events_us partition of events for values in ('us');
alter table events_eu alter note set default 'x', alter note set not null, add constraint own check (note <> ''), set (fillfactor = 70);
create index on events_eu (note);
create index on events_us (note);
create table logs (region text not null) partition by list (region);
create table logs_eu partition of logs for values in ('eu');
create index on logs_eu (region);
