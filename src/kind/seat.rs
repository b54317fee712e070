//! Where PostgreSQL's catalog has the objects of a kind: what comments, privileges and owners of them are read by.

use super::Server;

/// Where the objects of one kind stand in the catalog. `n` is the alias of their `pg_namespace`, if they live in one.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// The kind; its room does not say it.
    pub kind: &'static str,
    /// The catalog.
    pub class: &'static str,
    /// Its OID, as SQL.
    pub oid: &'static str,
    /// The number of the column, as SQL; 0 for whole objects.
    pub column: &'static str,
    /// What is read: the catalog, joined with what the rest mentions.
    pub from: &'static str,
    /// The names of the address, from the outside in, as SQL.
    pub path: &'static str,
    /// Which rows of the catalog are of this kind.
    pub only: &'static str,
    /// Catalog and OID of what can be member of an extension: the object itself, or what it is part of.
    pub member: (&'static str, &'static str),
    /// Its owner's OID, for kinds whose objects have one of their own.
    pub owner: Option<&'static str>,
    /// Its owner's OID, for kinds whose objects cannot be given to another one.
    pub fixed_owner: Option<&'static str>,
    /// Its privileges, for kinds that have them.
    pub privileges: Option<Privileges>,
}

/// The privileges that objects of a kind can have.
#[derive(Debug, Clone, Copy)]
pub struct Privileges {
    /// The column of the catalog that holds them.
    pub acl: &'static str,
    /// The letter that `acldefault` knows the kind by.
    pub letter: char,
    /// What GRANT calls the kind: `TABLE`.
    pub called: &'static str,
    /// What PUBLIC has on a new object without being granted it; nothing for kinds where PUBLIC never has any.
    pub implicit: Option<&'static [&'static str]>,
}

impl Seat {
    /// What neither lives in a schema nor has an owner or privileges.
    pub const BARE: Seat = Seat {
        kind: "",
        class: "",
        oid: "",
        column: "0",
        from: "",
        path: "",
        only: "true",
        member: ("", ""),
        owner: None,
        fixed_owner: None,
        privileges: None,
    };

    /// What is part of a table `c`, and so neither has an owner nor privileges of its own.
    pub const PART: Seat = Seat { only: "true", member: ("pg_class", "c.oid"), ..Seat::BARE };

    /// Relations: what `pg_class c` has.
    pub const RELATION: Seat = Seat {
        class: "pg_class",
        oid: "c.oid",
        from: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
        path: "n.nspname, c.relname",
        only: "c.relkind = 'r'",
        member: ("pg_class", "c.oid"),
        owner: Some("c.relowner"),
        privileges: Some(Privileges { acl: "c.relacl", letter: 'r', called: "TABLE", implicit: None }),
        ..Seat::BARE
    };

    /// Constraints of tables: `pg_constraint k`, with its table `c`.
    pub const CONSTRAINT: Seat = Seat {
        class: "pg_constraint",
        oid: "k.oid",
        from: "pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
        path: "n.nspname, c.relname, k.conname",
        ..Seat::PART
    };

    /// Types: `pg_type t`.
    pub const TYPE: Seat = Seat {
        class: "pg_type",
        oid: "t.oid",
        from: "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace",
        path: "n.nspname, t.typname",
        only: "t.typtype = 'e'",
        member: ("pg_type", "t.oid"),
        owner: Some("t.typowner"),
        privileges: Some(Privileges {
            acl: "t.typacl",
            letter: 'T',
            called: "TYPE",
            implicit: Some(&["usage"]),
        }),
        ..Seat::BARE
    };

    /// Routines: `pg_proc p`.
    pub const ROUTINE: Seat = Seat {
        class: "pg_proc",
        oid: "p.oid",
        from: "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace",
        path: "n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')'",
        only: "p.prokind IN ('f', 'w')",
        member: ("pg_proc", "p.oid"),
        owner: Some("p.proowner"),
        privileges: Some(Privileges {
            acl: "p.proacl",
            letter: 'f',
            called: "FUNCTION",
            implicit: Some(&["execute"]),
        }),
        ..Seat::BARE
    };

    /// Procedural languages: `pg_language l`.
    pub const LANGUAGE: Seat = Seat {
        class: "pg_language",
        oid: "l.oid",
        from: "pg_language l",
        path: "l.lanname",
        member: ("pg_language", "l.oid"),
        owner: Some("l.lanowner"),
        privileges: Some(Privileges {
            acl: "l.lanacl",
            letter: 'l',
            called: "LANGUAGE",
            implicit: Some(&["usage"]),
        }),
        ..Seat::BARE
    };

    /// An SQL condition: the catalog may have an object of the kind that is read. Much of what follows can be left out
    /// where it has none, and nearly all of what that costs in a small database is to plan the queries.
    pub fn taken(&self, server: &Server) -> String {
        let Seat { kind, class, oid, from, only, .. } = self;
        // Those that come with PostgreSQL count as well, or can be spoken of.
        let always = ["pg_namespace", "pg_extension", "pg_authid"].contains(class)
            || server
                .schemas
                .iter()
                .any(|schema| schema.starts_with("pg_") || schema == "information_schema")
            || server.spoken.iter().any(|at| at.kind == *kind);
        match always {
            true => "true".to_string(),
            false => format!("EXISTS (SELECT FROM {from} WHERE {oid} >= 16384 AND {only})"),
        }
    }

    /// Which of its objects are read: those in the schemas of `server`, no system objects, no members of extensions.
    pub fn condition(&self, server: &Server) -> String {
        let (class, object) = self.member;
        format!("{} AND {}", self.place(server), server.is_read(class, object))
    }

    /// The same, members of extensions included.
    pub fn place(&self, server: &Server) -> String {
        let Seat { oid, from, only, .. } = self;
        let here = match self.class {
            _ if from.contains("pg_namespace n") => server.in_schemas("n.nspname"),
            // Those that come with PostgreSQL can be spoken of too.
            "pg_extension" | "pg_authid" => "true".to_string(),
            _ => format!("{oid} >= 16384"),
        };
        format!("{only} AND {here}")
    }
}
