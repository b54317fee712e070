create type same as range (subtype = text, multirange_type_name = sames);
create type unsaid as range (subtype = text, multirange_type_name = other);
create type named as range (subtype = text);
