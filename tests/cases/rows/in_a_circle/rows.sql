select * from a join b on a.b = b.id;
