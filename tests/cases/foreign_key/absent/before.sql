create table parents (id bigint primary key);
create table children (a bigint constraint a_to_p references parents);
