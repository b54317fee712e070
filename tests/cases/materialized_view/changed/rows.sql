select * from cities order by city
