create sequence gone;
create table t (a int);
create sequence owned owned by t.a;
