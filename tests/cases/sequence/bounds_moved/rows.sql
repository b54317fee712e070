select nextval('fresh'), nextval('behind'), nextval('ahead'), nextval('down'), nextval('elsewhere');
insert into t default values returning raised, raised_far, begun, started;
