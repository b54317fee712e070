//! Mallory makes a great many objects in her own schema: they hold up nobody's start.

use super::mallory::{self, Site, Tool};
use crate::support;
use std::time::{Duration, Instant};

const BODIES: &str = "set search_path = shop; do $$ begin for i in 1..300 loop
    execute format('create function g%s(a int) returns int language plpgsql as %L', i,
        'begin return a; end; /* ' || repeat('word' || i || ' and so on ', 200) || ' */');
    end loop; end $$";

const FUNCTIONS: &str = "do $$ begin for i in 1..4000 loop
    execute format('create function m.f%s(a int) returns int language plpgsql as %L', i, 'begin return 1; end');
    execute format('create function m.f%s(a int) returns int language plpgsql as %L', repeat('f', 58) || i, 'begin return 1; end');
    end loop; end $$";

const CHAIN: &str = "do $$ begin for i in 1..2000 loop
    execute format('create table m.t%s (id int primary key, r int%s)', i,
        case when i > 1 then format(' references m.t%s on delete cascade', i - 1) else '' end);
    end loop; end $$";

/// Where bare names of the file are looked for.
const TYPES: &str = "do $$ begin for i in 1..500 loop
    execute format('create type shop.e%s as enum ()', i); execute format('create type shop.\"e %s\" as enum ()', i);
    end loop; end $$";

/// A view whose tree is longer than the server's regular expressions take.
const LONG: &str = "do $$ begin execute format('create view m.long as select now() as n, %L as x', repeat('a', 100000000)); end $$";

/// What is asked about strangers took time that grew with their routines times the texts of others, and with the square of
/// their foreign keys: 17 and 20 seconds here, where it is one each.
#[test]
fn many_objects_of_hers_hold_up_nobody() {
    let server = support::servers().last().expect("a server");
    let cluster = mallory::cluster(server);
    let db = cluster.database();
    let site = Site::new(&db, &Tool::Owner.role(&db));
    site.as_tool(BODIES);
    site.as_mallory(FUNCTIONS);
    site.as_mallory(CHAIN);
    site.as_mallory(LONG);
    site.as_tool(&format!("grant create on schema shop to {}", site.mallory));
    site.as_mallory(TYPES);
    let columns: String = (0..400)
        .map(|n| format!("c{n} = {{ type = \"text\", default = \"'one' || 'more {n}'\" }}\n"))
        .collect();
    let file = format!("[reconcile]\ndefault_schema = \"shop\"\n[tables.t.columns]\nid = \"int\"\n{columns}");
    let start = Instant::now();
    let outcome = site.run(&file, &["check", "--stateless"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(start.elapsed() < Duration::from_secs(15), "it took {:?}", start.elapsed());
}
