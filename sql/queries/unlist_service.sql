-- Take all services off the list; those of the files come back one by one (upsert_service.sql).
-- Old answers name the others: they stay.
--   $1 int  collectivity_id
-- Returns nothing.
UPDATE recueil.service SET listed = false WHERE collectivity_id = $1::int AND listed;
