create text search dictionary "Own one" (template = simple);
create text search configuration same (parser = default);
alter text search configuration same add mapping for asciiword, word with english_stem;
alter text search configuration same add mapping for email with simple;
create text search configuration changed (parser = default);
alter text search configuration changed add mapping for asciiword, word with simple;
create text search configuration undeclared (parser = default);
