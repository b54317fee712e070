select code, name, price, since from plans order by code;
select id, value, tags, about is not null, coalesce(kind, 'nothing') from readings order by id;
