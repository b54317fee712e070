create domain old_name as int constraint positive check (value > 0);
create table former (number old_name default 5);
insert into former values (1);
comment on domain old_name is 'kept';
