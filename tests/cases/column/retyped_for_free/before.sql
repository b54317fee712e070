create extension citext;
create table t (
    wider varchar(10), unbound varchar(10), texted varchar(10), varied text, folded text, exact numeric(10,2),
    free numeric(10,2), stamp timestamp(3), net cidr, bits bit varying(5), gap interval(3)
);
insert into t values ('a', 'b', 'c', 'd', 'e', 1.5, 2.5, '2020-01-01', '10.0.0.0/8', '101', '1 day');
