-- Take all communes off the list; those of the files come back one by one (upsert_commune.sql).
-- Old answers name the others: they stay.
--   $1 int  collectivity_id
-- Returns nothing.
UPDATE recueil.commune SET listed = false WHERE collectivity_id = $1::int AND listed;
