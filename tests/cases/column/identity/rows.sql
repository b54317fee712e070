select made, changed, dropped, freed from t order by made;
select nextval(pg_get_serial_sequence('t', 'made'));
