create table former (id bigint, number bigint);
create policy old_name on former using (number > 0);
comment on policy old_name on former is 'kept';
