create foreign data wrapper elsewhere;
create server archive foreign data wrapper elsewhere;
create table events (day date not null, note text) partition by range (day);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01') partition by range (day);
create table events_2025_late partition of events_2025 for values from ('2025-07-01') to ('2026-01-01');
create foreign table events_2025_early partition of events_2025 for values from ('2025-01-01') to ('2025-07-01') server archive;
insert into events values ('2026-02-02', 'a'), ('2025-08-08', 'b');
