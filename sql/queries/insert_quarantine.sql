-- Keep rows of the spool that submission cannot take. The key makes it harmless to drain them again,
-- and a row that was withdrawn here meanwhile stays withdrawn.
--   $1 int[]   collectivity_id        $2 uuid[]  id
--   $3 bytea[] content_hash           $4 text[]  reason: conflict, or what PostgreSQL says of it
--   $5 date    day                    $6 text[]  JSON of the typed columns
--   $7 text[]  content
-- Returns collectivity_id and id of the rows that are new.
INSERT INTO recueil.quarantine AS new
    (collectivity_id, id, content_hash, reason, day, "row", content)
SELECT DISTINCT ON (collectivity_id, id, content_hash)
       collectivity_id, id, content_hash, reason, $5::date, "row", content
FROM unnest($1::int[], $2::uuid[], $3::bytea[], $4::text[], $6::text[], $7::text[])
    AS given (collectivity_id, id, content_hash, reason, "row", content)
ORDER BY collectivity_id, id, content_hash
ON CONFLICT (collectivity_id, id, content_hash) DO NOTHING
RETURNING new.collectivity_id, new.id;
