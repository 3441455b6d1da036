-- Tell the daemons that something published changed (they compare the number).
--   $1 int  collectivity_id
-- Returns nothing.
UPDATE recueil.collectivity
SET published_version = published_version + 1
WHERE collectivity_id = $1::int;
