create role {{unique}}_reader;
create role {{unique}}_before;
create foreign data wrapper elsewhere;
create server archive foreign data wrapper elsewhere;
create user mapping for {{unique}}_reader server archive options (user 'other', password 'old', more 'x');
create user mapping for {{unique}}_before server archive options (user 'same', password 'left alone');
create user mapping for current_user server archive;
