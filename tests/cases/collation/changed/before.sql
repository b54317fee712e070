create collation same (provider = icu, locale = 'de-DE');
create collation changed (provider = icu, locale = 'de-DE');
create collation more_changed (locale = 'C');
create collation old_name (locale = 'C');
create table t (a text collate old_name);
create collation gone (locale = 'C');
create collation extra (locale = 'C');
comment on collation changed is 'kept';
