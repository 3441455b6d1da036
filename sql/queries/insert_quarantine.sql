-- Keep one submission of the spool that cannot become a row. The key makes it harmless to drain it again,
-- and a row that was withdrawn here meanwhile stays withdrawn.
--   $1 int    collectivity_id   $2 uuid  id     $3 bytea  content_hash
--   $4 text   reason: conflict (the id is there with other content), refused (PostgreSQL refuses it)
--   $5 text   JSON of the typed columns         $6 bytea  content
-- Returns no row.
INSERT INTO recueil.quarantine (collectivity_id, id, content_hash, reason, day, "row", content)
VALUES ($1, $2, $3, $4, current_date, $5, $6)
ON CONFLICT (collectivity_id, id, content_hash) DO NOTHING;
