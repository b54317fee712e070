select count(*), sum(events) from cities;
