create table t (
    a int, s text,
    b int generated always as (a * 2 + 1) stored,
    c text generated always as (lower(s) || 'x') stored,
    d boolean generated always as (a > 0 and s is not null) stored,
    e text generated always as (case when a > 0 then 'y' else 'n' end) stored,
    f numeric(10,2) generated always as (a / 3.0) stored
);
