create table clients (id serial primary key, name text unique, size int check (size > 0));
create index clients_name on clients (lower(name));
create table orders (client int references clients on delete cascade);
insert into clients values (1, 'a', 1);
insert into orders values (1);
comment on table clients is 'kept';
comment on column clients.name is 'kept';
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before insert on clients for each row when (new.name <> '') execute function f();
