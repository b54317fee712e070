create table people (id int, mystery text);
