create role {{unique}}_owner superuser;
create foreign data wrapper {{unique}}_same options ("An option" 'it''s');
create foreign data wrapper {{unique}}_changed options (kept '1', changed '1', gone '1');
create foreign data wrapper {{unique}}_before;
create foreign data wrapper {{unique}}_undeclared;
