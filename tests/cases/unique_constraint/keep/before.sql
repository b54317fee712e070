create table events (id int primary key);
insert into events values (1), (2);
create table attendees (id int primary key, event int references events, email text, updated_at timestamptz);
create table badges (attendee int references attendees on delete cascade, text text);
insert into attendees values
    (1, 1, 'a@x', '2020-01-01'), (2, 1, 'a@x', '2020-01-03'), (3, 1, 'a@x', '2020-01-02'),
    (4, 2, 'a@x', '2020-01-01'), (5, 1, null, '2020-01-01'), (6, 1, null, '2020-01-01'), (7, 1, 'b@x', null);
insert into badges values (1, 'goes along'), (2, 'stays');
