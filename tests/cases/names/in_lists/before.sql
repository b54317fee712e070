create function stamp() returns trigger language plpgsql as 'begin return new; end';
create table "Od (d" ("A b" int, "c,d" int, "q""x" int, "e.f" int, "g(h)" int, constraint k unique ("A b", "c,d", "q""x", "e.f", "g(h)"));
create table t ("A b" int, "c,d" int, "q""x" int, "e.f" int, "g(h)" int, constraint t_fk foreign key ("A b", "c,d", "q""x", "e.f", "g(h)") references "Od (d" ("A b", "c,d", "q""x", "e.f", "g(h)"));
create trigger stamp before update of "A b", "c,d", "q""x", "e.f", "g(h)" on t for each row execute function stamp();
