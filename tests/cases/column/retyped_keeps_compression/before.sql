create table t (said varchar(20) compression pglz, beyond varchar(20) compression pglz, fixed text compression pglz);
