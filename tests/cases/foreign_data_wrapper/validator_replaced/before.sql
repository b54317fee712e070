create function v(text[], oid) returns void language plpgsql as 'begin end';
create foreign data wrapper w validator v;
create server s foreign data wrapper w options (code '007', plus '+5', whole '7');
