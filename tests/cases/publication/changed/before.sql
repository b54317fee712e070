create table events (id bigint primary key, city text, zip text, "Odd, one" text);

create table notes (id bigint primary key);
create table log (id bigint primary key);
create publication same for table events, notes;
create publication grown for table events, log with (publish = 'insert', publish_via_partition_root = true);
create publication was_of_all for all tables;
create publication before for table events;
create publication undeclared;
