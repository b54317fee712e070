create role {{unique}}_reader;
create foreign data wrapper elsewhere;
create server archive foreign data wrapper elsewhere;
create server other foreign data wrapper elsewhere;
create foreign table same (id int options (column_name 'Id') not null, constraint positive check (id > 0), born timestamptz default now())
    server archive options (table_name 'same');
comment on foreign table same is 'as it was';
create foreign table before (id int) server archive;
create foreign table changed (
    same text options (a '1', b '2'),
    gone_options text options (a '1'),
    retyped text default '1',
    wider int,
    gone_not_null int not null,
    not_null int,
    gone int,
    computed int generated always as (wider + 1) stored
) server archive options (a '1', b '2');
comment on foreign table changed is 'another';
create foreign table moved (id int not null, note text options (a '1'), beyond int) server archive options (a '1');
comment on foreign table moved is 'kept';
grant select on moved to {{unique}}_reader;
create view of_moved as select id from moved;
create foreign table undeclared (id int) server archive;
create foreign table away (id int) server archive;
create table parted (id int) partition by list (id);
create foreign table part partition of parted for values in (1) server archive options (a '1');
alter foreign table part alter id options (add x 'y');
create foreign table apart (id int) server archive;
