create domain retyped as varchar(10) default 'a' check (value <> '');
create domain collated as text;
comment on domain retyped is 'kept';
