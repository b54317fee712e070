select empty, filled, dropped, full_already, raw from people order by raw;
