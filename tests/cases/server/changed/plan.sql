BEGIN;
CREATE SERVER created TYPE 'big' VERSION '1' FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'a.example');
ALTER SERVER changed VERSION '2';
ALTER SERVER changed OPTIONS (SET host 'b.example', DROP port);
ALTER SERVER before RENAME TO now;
GRANT USAGE ON FOREIGN SERVER created TO {{unique}}_reader;
COMMENT ON SERVER created IS 'new';
COMMIT;
