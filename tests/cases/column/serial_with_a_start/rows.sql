select nextval(pg_get_serial_sequence('t', 'up')), nextval(pg_get_serial_sequence('t', 'down')),
  nextval(pg_get_serial_sequence('t', 'ahead')), nextval(pg_get_serial_sequence('t', 'filled'));
select nextval(pg_get_serial_sequence('i', 'down')), nextval(pg_get_serial_sequence('i', 'below'));
insert into t default values returning filled;
