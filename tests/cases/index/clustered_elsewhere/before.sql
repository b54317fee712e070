create table t (a int primary key, b int, c int);
create index a_by_b on t (b);
create index z_by_c on t (c);
alter table t cluster on a_by_b;
create table u (a int primary key, b int);
create index u_by_b on u (b);
alter table u cluster on u_pkey;
create table v (a int primary key);
alter table v cluster on v_pkey;
