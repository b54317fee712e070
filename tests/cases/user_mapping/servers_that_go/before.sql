create foreign data wrapper w;
create server absent foreign data wrapper w;
create user mapping for public server absent options (a 'b');
create server undeclared foreign data wrapper w;
create user mapping for public server undeclared;
create server stays foreign data wrapper w;
create user mapping for public server stays;
