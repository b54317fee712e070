//! What is said of the parts of tables and has no key in the file: queries that give a sort and an identity of each.

/// What is said of a partition's part of something that its table has.
const OF_PARTITIONS: &[&str] = &[
    "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_class x ON x.oid = d.objoid \
     AND d.classoid = 'pg_class'::regclass AND x.relkind IN ('i', 'I') AND x.relispartition \
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')), \
     pg_identify_object(d.classoid, d.objoid, 0) i",
    "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid \
     AND d.classoid = 'pg_constraint'::regclass AND (k.contype IN ('p', 'u', 'x', 'f') AND k.conparentid <> 0 \
     OR k.contype = 'c' AND k.conrelid <> 0 AND NOT k.conislocal), pg_identify_object(d.classoid, d.objoid, 0) i",
    "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_trigger t ON t.oid = d.objoid \
     AND d.classoid = 'pg_trigger'::regclass AND t.tgparentid <> 0, pg_identify_object(d.classoid, d.objoid, 0) i",
    "SELECT 'storage parameters of', i.type || ' ' || i.identity FROM pg_class x JOIN pg_inherits h ON h.inhrelid = x.oid \
     JOIN pg_class p ON p.oid = h.inhparent, pg_identify_object('pg_class'::regclass, x.oid, 0) i \
     WHERE x.relkind IN ('i', 'I') AND x.reloptions IS DISTINCT FROM p.reloptions",
    "SELECT 'order of CLUSTER by', i.type || ' ' || i.identity FROM pg_index n JOIN pg_class x ON x.oid = n.indexrelid, \
     pg_identify_object('pg_class'::regclass, x.oid, 0) i WHERE n.indisclustered AND x.relispartition",
    "SELECT 'firing of', i.type || ' ' || i.identity FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid, \
     pg_identify_object('pg_trigger'::regclass, t.oid, 0) i WHERE t.tgconstraint = 0 AND t.tgenabled <> p.tgenabled",
];

/// What is said of the parts of any table.
const OF_TABLES: &[&str] = &[
    // Their own names have OIDs in them.
    "SELECT DISTINCT 'disabled triggers of', i.type || ' ' || i.identity FROM pg_trigger t, \
     pg_identify_object('pg_constraint'::regclass, t.tgconstraint, 0) i \
     WHERE t.tgisinternal AND t.tgconstraint <> 0 AND t.tgenabled <> 'O'",
    "SELECT i.type, i.identity FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid, \
     pg_identify_object('pg_statistic_ext'::regclass, s.oid, 0) i WHERE s.stxnamespace <> c.relnamespace",
    "SELECT CASE WHEN k.convalidated THEN 'name of' ELSE 'NOT VALID of' END, i.type || ' ' || i.identity \
     FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1], \
     pg_identify_object('pg_constraint'::regclass, k.oid, 0) i WHERE k.contype = 'n' AND k.conislocal \
     AND (NOT k.convalidated OR a.attinhcount > 0 AND k.conname !~ '_not_null[0-9]*$')",
    "SELECT 'storage or statistics of', i.type || ' ' || i.identity FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     AND c.relkind = 'm' JOIN pg_type t ON t.oid = a.atttypid, pg_identify_object('pg_class'::regclass, c.oid, a.attnum) i \
     WHERE a.attnum > 0 AND (a.attstorage <> t.typstorage OR a.attstattarget >= 0 \
     OR to_jsonb(a) ->> 'attcompression' <> '')",
    "SELECT 'tablespace of', i.type || ' ' || i.identity FROM pg_class c, \
     pg_identify_object('pg_class'::regclass, c.oid, 0) i \
     WHERE c.oid >= 16384 AND c.reltablespace <> 0 AND c.relkind IN ('r', 'p', 'm', 'i', 'I')",
];

/// What is said of any object.
const OF_ALL: &[&str] = &[
    "SELECT 'DEPENDS ON EXTENSION of', i.type || ' ' || i.identity FROM pg_depend d, \
     pg_identify_object(d.classid, d.objid, d.objsubid) i WHERE d.deptype = 'x'",
    "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_type t ON t.oid = d.objoid \
     AND d.classoid = 'pg_type'::regclass AND t.typtype = 'm' AND t.oid >= 16384, \
     pg_identify_object(d.classoid, d.objoid, 0) i",
];

/// All of these as one query.
pub fn query() -> String {
    [OF_PARTITIONS, OF_TABLES, OF_ALL].concat().join(" UNION ALL ")
}
