select nextval('new_name');
