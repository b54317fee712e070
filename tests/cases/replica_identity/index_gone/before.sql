create table left_so (a int not null, constraint a_key unique (a));
alter table left_so replica identity using index a_key;
alter table left_so drop constraint a_key;
create table mended (a int not null, constraint b_key unique (a));
alter table mended replica identity using index b_key;
alter table mended drop constraint b_key;
