create table events (id bigint primary key, city text, zip text, "Odd, one" text);

create statistics same on (lower(city)), zip from events;
create statistics other on (lower(city)) from events;
