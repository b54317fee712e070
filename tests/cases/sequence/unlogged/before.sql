create unlogged sequence same;
create sequence becomes;
create unlogged sequence no_more;
select nextval('becomes');
