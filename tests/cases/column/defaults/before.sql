create table settings (
    added text, dropped text default 'x', changed text default 'old', same int default 1,
    stamp timestamptz default now(), called text default lower('X')
);
