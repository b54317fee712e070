create collation b (locale = 'C');
create collation same (provider = builtin, locale = 'C.UTF8');
