select nextval('serials_id_seq');
select nextval('identities_id_seq'), nextval('identities_own_seq');
select nextval('there_id_seq');
select nextval('far_id_seq');
select nextval('down_id_seq'), nextval('shared');
