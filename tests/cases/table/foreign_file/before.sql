create extension file_fdw;
create server files foreign data wrapper file_fdw;
create foreign table readings (id int, taken text, check (id >= 0)) server files
    options (program $$printf '1,2026-01-01\n2,2026-01-02\n'$$, format 'csv');
