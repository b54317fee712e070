create table people (id int, secret text, gone_already int);
alter table people drop column gone_already;
