select count(*), max(city) from cities;
