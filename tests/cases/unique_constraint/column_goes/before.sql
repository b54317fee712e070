create table filled (n int, m int, constraint filled_key unique (n, m));
insert into filled values (1, 1);
create table empty (n int, m int, constraint empty_key unique (n, m));
create table referred (n int not null, m int not null, constraint referred_key unique (n, m));
insert into referred values (1, 1);
alter table referred replica identity using index referred_key;
create table referring (n int, m int, constraint referring_n_fkey foreign key (n, m) references referred (n, m));
insert into referring values (1, 1);
