select * from made, ended
