create table t (
    same int constraint given not null,
    any_name int constraint anything not null,
    called int constraint former not null,
    handed int constraint handed_down not null no inherit,
    alone int constraint alone_there not null,
    proved int,
    filled int,
    found int,
    gone int constraint gone_there not null
);
insert into t (same, any_name, called, handed, alone, proved, gone) select n, n, n, n, n, n, n from generate_series(1, 100) n;
update t set found = 1;
alter table t add constraint found_not_valid not null found not valid;
analyze t;
