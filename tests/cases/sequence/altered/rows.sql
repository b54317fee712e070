select nextval('maxvalue'), nextval('reset'), nextval('same');
