create table events (id bigint primary key, city text, zip text, "Odd, one" text);

create statistics same on city, zip from events;
create statistics of_other_columns on city, zip from events;
create statistics of_other_kinds (ndistinct) on city, zip from events;
comment on statistics of_other_kinds is 'kept';
create statistics aimed on city, zip from events;
create statistics not_aimed on city, zip from events;
alter statistics not_aimed set statistics 50;
create statistics before on city, zip from events;
create statistics undeclared on city, zip from events;
