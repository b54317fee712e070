create table stays (room integer, constraint theirs exclude (room with =) with (fillfactor = 70));
