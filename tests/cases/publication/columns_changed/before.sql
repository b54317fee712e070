create table t (a int primary key, b int, c int, d int);
create table u (a int primary key);
create publication filtered for table t where (a > 0), u;
create publication listed for table t (a, b);
create publication "both" for table t (a, c) where (a > c);
create publication undeclared for table t (a);
