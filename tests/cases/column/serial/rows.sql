select kept, made, dropped from t order by made;
select nextval(pg_get_serial_sequence('t', 'made'));
