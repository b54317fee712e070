create table parent (id int primary key, code int, other int, constraint parent_code_key unique (code), constraint parent_other_key unique (other));
insert into parent values (1, 1, 1);
create table filled (parent int, code int, constraint filled_fkey foreign key (code) references parent (code),
    constraint filled_other_fkey foreign key (parent) references parent (other));
insert into filled values (1, 1);
create table empty (parent int, code int, constraint empty_fkey foreign key (code) references parent (code));
