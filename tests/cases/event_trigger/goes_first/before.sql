create function refuse() returns event_trigger language plpgsql as 'begin raise exception ''refused''; end';
create event trigger refusing on ddl_command_start when tag in ('CREATE VIEW') execute function refuse();
