create table events (span daterange not null, note text constraint events_note_check check (note <> '')) partition by range (lower(span));
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
insert into events values ('[2025-05-01,2025-05-02)', 'x');
create table events_2028 partition of events for values from ('2028-01-01') to ('2029-01-01');
insert into events values ('[2028-05-01,2028-05-02)', 'x');
create table old partition of events for values from ('2001-01-01') to ('2002-01-01');
create table events_2030 (span daterange not null, note text constraint events_note_check check (note <> ''));
insert into events_2030 values ('[2030-05-01,2030-05-02)', 'x');
