create extension btree_gist;
create table stays (room integer, during tstzrange, "Guest" text, cancelled boolean not null default false);
alter table stays add constraint stays_simple exclude (room with =) deferrable;
alter table stays add constraint stays_no_overlap exclude using gist (room with =, during with &&) where (cancelled);
alter table stays add constraint "Odd name" exclude (lower("Guest") with =) with (fillfactor = 70) deferrable initially deferred;
insert into stays values (1, '[2026-01-01,2026-01-02)', 'a'), (2, '[2026-01-01,2026-01-02)', 'b');
