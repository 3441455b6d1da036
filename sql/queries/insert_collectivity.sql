-- Give a collectivity its number, unless it has one. Under the lock of lock_publishing.sql.
--   $1 text  slug
--   $2 text  time zone
-- Returns nothing.
INSERT INTO recueil.collectivity (collectivity_id, slug, time_zone)
SELECT coalesce(max(collectivity_id), 0) + 1, $1::text, $2::text
FROM recueil.collectivity
ON CONFLICT (slug) DO NOTHING;
