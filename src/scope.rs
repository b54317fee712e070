//! What is managed and what is left alone; applied once, to both models.

use crate::error::{Error, Result};
use crate::kind::{Place, Registry};
use crate::model::{Address, Model};
use crate::source::wildcard;

/// The bookkeeping tables of well-known migration tools, and whose they are. A name with a dot says the schema too.
const BOOKKEEPING: &[(&str, &str)] = &[
    ("_prisma_migrations", "Prisma"),
    ("_sqlx_migrations", "SQLx"),
    ("__EFMigrationsHistory", "Entity Framework"),
    ("__diesel_schema_migrations", "Diesel"),
    ("__drizzle_migrations", "Drizzle"),
    ("alembic_version", "Alembic"),
    ("ar_internal_metadata", "Rails"),
    ("databasechangelog", "Liquibase"),
    ("databasechangeloglock", "Liquibase"),
    ("django_migrations", "Django"),
    ("flyway_schema_history", "Flyway"),
    ("goose_db_version", "goose"),
    ("gorp_migrations", "sql-migrate"),
    ("graphile_migrate.*", "Graphile Migrate"),
    ("kysely_migration", "Kysely"),
    ("kysely_migration_lock", "Kysely"),
    ("knex_migrations", "Knex"),
    ("knex_migrations_lock", "Knex"),
    ("pgmigrations", "node-pg-migrate"),
    ("refinery_schema_history", "Refinery"),
    ("schema_migrations", "Rails, golang-migrate or dbmate"),
    ("seaql_migrations", "SeaORM"),
    ("SequelizeMeta", "Sequelize"),
    ("typeorm_metadata", "TypeORM"),
];

/// What is managed: everything that fits one of `only`, if there are any, and none of `exclude`.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    only: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

/// Something that the scope leaves alone, and why it is worth telling.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LeftAlone {
    /// What.
    pub address: Address,
    /// Whose it is.
    pub tool: &'static str,
}

/// A schema, or a table with or without its schema; `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    schema: Option<String>,
    name: String,
}

impl Pattern {
    fn parse(text: &str) -> Result<Pattern> {
        let (schema, name) = match text.split_once('.') {
            Some((schema, name)) => (Some(schema.to_string()), name.to_string()),
            None => (None, text.to_string()),
        };
        if name.is_empty() || schema.as_deref() == Some("") {
            return Err(Error::usage(format!("`{text}` is no pattern"))
                .hint("write `tenants.*`, `public.audit_*`, or the name of a table or schema"));
        }
        Ok(Pattern { schema, name })
    }

    fn fits(&self, schema: &str, name: &str) -> bool {
        match &self.schema {
            Some(pattern) => wildcard(pattern, schema) && wildcard(&self.name, name),
            None => wildcard(&self.name, name) || wildcard(&self.name, schema),
        }
    }

    /// Whether something in the schema can fit.
    fn reaches(&self, schema: &str) -> bool {
        self.schema.as_ref().is_none_or(|pattern| wildcard(pattern, schema))
    }

    /// Whether all of the schema fits.
    fn covers(&self, schema: &str) -> bool {
        match &self.schema {
            Some(pattern) => wildcard(pattern, schema) && self.name == "*",
            None => wildcard(&self.name, schema),
        }
    }
}

impl Scope {
    /// A scope of patterns such as `tenants.*`, `audit_*`, `public.events`.
    ///
    /// # Errors
    /// `Usage` if one of them is none.
    pub fn new<S: AsRef<str>>(only: &[S], exclude: &[S]) -> Result<Scope> {
        let parse = |list: &[S]| list.iter().map(|text| Pattern::parse(text.as_ref())).collect::<Result<_>>();
        Ok(Scope { only: parse(only)?, exclude: parse(exclude)? })
    }

    /// Whether an object is managed. What lives in no schema always is.
    pub fn keeps(&self, at: &Address, registry: &Registry) -> bool {
        if let Some(subject) = at.subject() {
            return self.keeps(subject, registry);
        }
        let place = registry.get(at.kind).map(|kind| kind.doc().place);
        if let Some(Place::Namespace(_)) = place {
            let schema = at.name();
            let wanted = self.only.is_empty() || self.only.iter().any(|pattern| pattern.reaches(schema));
            return wanted && !self.exclude.iter().any(|pattern| pattern.covers(schema));
        }
        let (Some(Place::InSchema(_) | Place::Children { .. } | Place::Single { .. }), [schema, name, ..]) =
            (place, at.path())
        else {
            return true;
        };
        let namespaced =
            registry.namespace().is_some_and(|(kind, _)| registry.can_hold(kind.doc().name, at.kind));
        let fits = |pattern: &Pattern| pattern.fits(schema, name);
        !namespaced || (self.only.is_empty() || self.only.iter().any(fits)) && !self.exclude.iter().any(fits)
    }

    /// Takes out of both models what is not managed, and of the observed one the bookkeeping of other tools that the
    /// file does not declare.
    pub fn apply(&self, desired: &mut Model, observed: &mut Model, registry: &Registry) -> Vec<LeftAlone> {
        let mut alone: Vec<LeftAlone> = Vec::new();
        for model in [&mut *desired, &mut *observed] {
            let out: Vec<Address> =
                model.addresses().filter(|at| !self.keeps(at, registry)).cloned().collect();
            out.iter().for_each(|at| _ = model.remove(at));
        }
        for entry in
            observed.iter().filter(|entry| entry.parent.is_none() && !desired.contains(&entry.address))
        {
            alone.extend(
                bookkeeping(&entry.address).map(|tool| LeftAlone { address: entry.address.clone(), tool }),
            );
        }
        let inside = |at: &Address| {
            let at = at.subject().unwrap_or(at);
            alone.iter().any(|left| at.path().starts_with(left.address.path()))
        };
        // What the file says of all tables of a schema does not concern them either.
        for model in [desired, observed] {
            let out: Vec<Address> = model.addresses().filter(|at| inside(at)).cloned().collect();
            out.iter().for_each(|at| _ = model.remove(at));
        }
        alone
    }
}

/// The tool whose bookkeeping the object is.
fn bookkeeping(at: &Address) -> Option<&'static str> {
    let [schema, name] = at.path() else { return None };
    let full = format!("{schema}.{name}");
    let is = |pattern: &str| if pattern.contains('.') { wildcard(pattern, &full) } else { pattern == name };
    BOOKKEEPING.iter().find(|(pattern, _)| is(pattern)).map(|(_, tool)| *tool)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_fit_schemas_and_tables() {
        let fits = |pattern: &str, schema: &str, name: &str| {
            Pattern::parse(pattern).is_ok_and(|pattern| pattern.fits(schema, name))
        };
        assert!(fits("tenants.*", "tenants", "customers"));
        assert!(!fits("tenants.*", "public", "customers"));
        assert!(fits("audit_*", "public", "audit_log"));
        assert!(fits("tenants", "tenants", "customers"));
        assert!(!fits("public.audit_*", "tenants", "audit_log"));
        assert!(Pattern::parse(".x").is_err());
        assert!(Pattern::parse("").is_err());
    }
}
