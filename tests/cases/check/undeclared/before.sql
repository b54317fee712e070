create table events (seats int constraint few check (seats > 0));
