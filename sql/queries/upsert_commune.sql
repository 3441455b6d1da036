-- Write a commune as its file has it.
--   $1 int     collectivity_id
--   $2 text    code
--   $3 int     its line in the file, from 0
--   $4 text    label
--   $5 int     inhabitants, or null
-- Returns nothing.
INSERT INTO recueil.commune
    (collectivity_id, code, position, label, population, listed)
VALUES ($1::int, $2::text, $3::int, $4::text, $5::int, true)
ON CONFLICT (collectivity_id, code) DO UPDATE
SET position = excluded.position,
    label = excluded.label,
    population = excluded.population,
    listed = excluded.listed;
