select * from m;
