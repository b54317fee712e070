//! The kinds, each of which has its cases and its sheet.

/// Gives `$macro` the names of all kinds, and what follows.
macro_rules! every_kind {
    ($macro:ident $(, $more:ident)*) => {
        $macro! {
            aggregate,
            cast,
            check,
            collation,
            column,
            comment,
            composite_type,
            custom,
            default_privilege,
            domain,
            enumeration,
            event_trigger,
            exclusion_constraint,
            extension,
            foreign_data_wrapper,
            foreign_key,
            function,
            grant,
            index,
            language,
            materialized_view,
            membership,
            operator,
            operator_class,
            operator_family,
            operator_family_member,
            owner,
            part_comment,
            policy,
            primary_key,
            procedure,
            publication,
            range_type,
            replica_identity,
            role,
            rows,
            rule,
            schema,
            sequence,
            server,
            statistics,
            table,
            text_search_configuration,
            text_search_dictionary,
            trigger,
            unique_constraint,
            user_mapping,
            view,
            $($more,)*
        }
    };
}
pub(crate) use every_kind;
