-- The rules that let the same schema run on one PostgreSQL and on a Citus cluster, as far as the
-- catalogue of a plain PostgreSQL can tell. Each row is a breach: the rule, and what breaks it.
--
-- Wants a temporary table scope (rel regclass, kind text): every table that sql/citus.sql names, as
-- tenant, reference or local. tests/real/test_sql.py makes it and expects no row.
WITH t AS (
    SELECT s.rel, s.kind, a.attnum
    FROM scope s
    LEFT JOIN pg_attribute a
        ON a.attrelid = s.rel AND a.attname = 'collectivity_id' AND NOT a.attisdropped
)
SELECT 'R0 table without a declared scope' AS rule, c.oid::regclass::text AS what
FROM pg_class c
WHERE relnamespace = 'recueil'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND c.oid NOT IN (SELECT rel FROM scope)
UNION ALL
SELECT 'R1 tenant column absent, nullable, not int, or generated', rel::text
FROM t
LEFT JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = t.attnum
WHERE kind = 'tenant'
  AND (t.attnum IS NULL OR NOT a.attnotnull OR a.atttypid <> 'int4'::regtype OR a.attgenerated <> ''
       OR a.attidentity <> '')
UNION ALL
SELECT 'R2 unique, primary or exclusion index without the tenant column', i.indexrelid::regclass::text
FROM t
JOIN pg_index i ON i.indrelid = t.rel
WHERE kind = 'tenant' AND (i.indisunique OR i.indisexclusion)
  AND NOT (t.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
UNION ALL
SELECT 'R2 primary key that does not begin with the tenant column', i.indexrelid::regclass::text
FROM t
JOIN pg_index i ON i.indrelid = t.rel
WHERE kind = 'tenant' AND i.indisprimary AND i.indkey[0] <> t.attnum
UNION ALL
SELECT 'R3 no primary key', rel::text
FROM t
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.rel AND indisprimary)
UNION ALL
SELECT 'R4 foreign key between tenant tables not on the tenant column at the same position', c.conname
FROM pg_constraint c
JOIN t ON t.rel = c.conrelid AND t.kind = 'tenant'
JOIN t r ON r.rel = c.confrelid AND r.kind = 'tenant'
WHERE contype = 'f'
  AND array_position(c.conkey, t.attnum) IS DISTINCT FROM array_position(c.confkey, r.attnum)
UNION ALL
SELECT 'R4 foreign key with SET NULL or SET DEFAULT', conname
FROM pg_constraint
WHERE contype = 'f' AND (confdeltype IN ('n', 'd') OR confupdtype IN ('n', 'd', 'c'))
UNION ALL
SELECT 'R4 foreign key from a reference or local table to a tenant table', conname
FROM pg_constraint c
JOIN t ON t.rel = conrelid AND kind <> 'tenant'
JOIN t r ON r.rel = confrelid AND r.kind = 'tenant'
WHERE contype = 'f'
UNION ALL
SELECT 'R5 user trigger', tgname
FROM pg_trigger
JOIN scope ON rel = tgrelid
WHERE NOT tgisinternal
UNION ALL
SELECT 'R5 rewrite rule', rulename
FROM pg_rewrite
JOIN scope ON rel = ev_class
UNION ALL
SELECT 'R6 sequence or identity', s.rel || '.' || attname
FROM scope s
JOIN pg_attribute a ON attrelid = rel
LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
WHERE attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE '%nextval(%'
UNION ALL
SELECT 'R7 sub-partitioned table', c.oid::regclass::text
FROM pg_class c
WHERE relkind = 'p' AND relispartition
UNION ALL
SELECT 'R7 default partition', partrelid::regclass::text
FROM pg_partitioned_table
WHERE partdefid <> 0 AND partrelid IN (SELECT rel FROM scope)
UNION ALL
SELECT 'R8 unnamed check constraint', conname
FROM pg_constraint
WHERE contype = 'c' AND conrelid IN (SELECT rel FROM scope) AND conname ~ '_check[0-9]*$'
UNION ALL
SELECT 'R9 volatile SQL-language function over tables', p.oid::regprocedure::text
FROM pg_proc p
JOIN pg_language l ON l.oid = prolang
WHERE pronamespace = 'recueil'::regnamespace AND lanname = 'sql'
UNION ALL
SELECT 'R10 inheritance, unlogged or temporary', c.oid::regclass::text
FROM pg_class c
JOIN scope ON rel = c.oid
WHERE relpersistence <> 'p'
   OR (NOT relispartition AND EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid));
