create sequence stray;
comment on sequence stray is 'of nobody';
create table t (a serial, b bigint generated always as identity);
comment on sequence t_a_seq is 'the column''s own';
create sequence "Owned ""here""" owned by t.b;
