//! The rooms: one file a kind. This file is the registry, and the only place that lists them.

mod aggregate;
mod cast;
mod check;
mod collation;
mod column;
mod comment;
mod composite;
mod custom;
mod default_privilege;
mod domain;
mod enumeration;
mod event_trigger;
mod exclusion;
mod extension;
mod foreign;
mod foreign_key;
mod grant;
mod index;
mod key;
mod language;
mod membership;
mod operator;
mod operator_class;
mod operator_family;
mod operator_family_member;
mod owner;
mod part_comment;
mod policy;
mod publication;
mod range;
mod replica_identity;
mod role;
mod routine;
mod rows;
mod rule;
mod schema;
mod sequence;
mod statistics;
mod table;
mod text_search;
mod trigger;
mod user_mapping;
mod view;

use crate::kind::Registry;

/// Every kind of database object that the tool knows.
pub fn registry() -> Registry {
    Registry::new(vec![
        &schema::Schema,
        &extension::Extension,
        &collation::Collation,
        &enumeration::Enum,
        &composite::Composite,
        &range::Range,
        &domain::Domain,
        &sequence::Sequence,
        &routine::FUNCTION,
        &routine::PROCEDURE,
        &language::Language,
        &aggregate::Aggregate,
        &operator::Operator,
        &operator_family::OperatorFamily,
        &operator_class::OperatorClass,
        &operator_family_member::OperatorFamilyMember,
        &cast::Cast,
        &table::Table,
        &column::Column,
        &key::PRIMARY_KEY,
        &key::UNIQUE,
        &exclusion::Exclusion,
        &check::Check,
        &foreign_key::ForeignKey,
        &index::Index,
        &replica_identity::ReplicaIdentity,
        &view::VIEW,
        &view::MATERIALIZED_VIEW,
        &trigger::Trigger,
        &policy::Policy,
        &rule::Rule,
        &statistics::Statistics,
        &publication::Publication,
        &foreign::WRAPPER,
        &foreign::SERVER,
        &user_mapping::UserMapping,
        &text_search::DICTIONARY,
        &text_search::CONFIGURATION,
        &rows::Rows,
        &role::Role,
        &membership::Membership,
        &grant::Grant,
        &default_privilege::DefaultPrivilege,
        &owner::Owner,
        &comment::Comment,
        &part_comment::PartComment,
        &event_trigger::EventTrigger,
        &custom::Custom,
    ])
}
