create table a_table_whose_name_is_as_long_as_postgresql_lets_it_be_at_sixty (
    a_column_whose_name_is_rather_long_as_well int primary key,
    another_column_whose_name_is_long int unique check (another_column_whose_name_is_long > 0),
    größenangabe_in_einer_spalte_mit_umlauten_für_die_länge serial unique
);
