create function listed() returns int language sql
    set local_preload_libraries to "Mixed/Case", 'c:/''a"/path', '', '0123456789012345678901234567890123456789012345678901234567890123456789'
    set search_path to pg_catalog, "Odd, ""name"""
    as 'select 1';
