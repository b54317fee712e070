create table events (day date not null, note text constraint note_check check (note <> '')) partition by range (day);
create table events_2025 (day date not null, note text constraint note_check check (note <> ''));
insert into events_2025 values ('2025-05-01', 'x');
