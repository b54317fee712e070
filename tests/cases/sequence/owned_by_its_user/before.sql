create role "{{unique}}_them";
create table there (id text);
create sequence kept;
alter table there owner to "{{unique}}_them";
create table given (id text);
create sequence given_numbers owned by given.id;
alter sequence given_numbers rename to of_given;
