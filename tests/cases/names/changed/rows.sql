select "select", "Größe", "a ""b""", "New ""Name""", "par ent", "mail", "Added \ One", "Ser ial", "Iden tity" from "Odd ""Place"""."The.Table" order by 1;
select relation, reason, row_data::jsonb - 'When Touched' from pgreconcile.quarantine order by id;
select * from "Odd ""Place"""."The Parents" order by 1;
