create table things (a text, c text compression pglz);
