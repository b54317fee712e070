create collation ruled (provider = icu, locale = 'und', rules = '&a < b');
create collation spelled (provider = icu, locale = 'de_DE');
