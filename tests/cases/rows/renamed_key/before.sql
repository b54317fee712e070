create table plans (key text primary key, title text unique);
insert into plans values ('pro', 'Pro');
create table subs (id int primary key, plan text references plans on delete cascade);
insert into subs values (1, 'pro');
