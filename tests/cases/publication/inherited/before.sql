create table par (id bigint primary key);
create table chi (id bigint primary key) inherits (par);
create table parted (id bigint primary key) partition by range (id);
create table part partition of parted for values from (1) to (10);
create publication with_child for table par;
create publication without for table only par;
create publication of_parts for table parted;
