select nextval('to_new_table'), nextval('to_old_table'), nextval('to_nobody'), nextval('to_column');
