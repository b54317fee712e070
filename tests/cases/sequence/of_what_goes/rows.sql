select nextval('old_id_seq'), nextval('slim_id_seq'), nextval('plain_id_seq'), nextval('older_a_seq'), nextval('free_id_seq'), nextval('behind_no_seq');
