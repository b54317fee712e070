create table parents (id bigint primary key, code text unique);
create table children (
    action bigint constraint c_action references parents on delete cascade,
    later bigint constraint c_later references parents,
    sooner bigint constraint c_sooner references parents deferrable initially deferred,
    target text constraint c_target references parents (code),
    columns bigint constraint c_columns references parents,
    same bigint constraint c_same references parents on update set null
);
insert into parents values (1, 'a');
insert into children values (1, 1, 1, 'a', 1, 1);
