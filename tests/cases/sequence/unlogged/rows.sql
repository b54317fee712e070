select nextval('becomes'), nextval('created');
