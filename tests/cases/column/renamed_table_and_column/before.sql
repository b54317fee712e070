create type mood as enum ('sad', 'ok');
create table clients (id int primary key, feels mood default 'sad' check (feels <> 'ok'), mail text);
create index clients_mail on clients (lower(mail) collate "C") where mail is not null;
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before update of mail on clients for each row when (new.mail <> old.mail) execute function f();
create table orders (client int constraint c references clients (id));
insert into clients values (1, 'sad', 'a');
comment on column clients.mail is 'kept';
