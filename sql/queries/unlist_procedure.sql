-- Take all procedures off the list; those of the files come back one by one (upsert_procedure.sql).
-- Old answers name the others: they stay.
--   $1 int  collectivity_id
-- Returns nothing.
UPDATE recueil.procedure SET listed = false WHERE collectivity_id = $1::int AND listed;
