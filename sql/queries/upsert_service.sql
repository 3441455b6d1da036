-- Write a service as its file has it.
--   $1 int     collectivity_id
--   $2 text    code
--   $3 int     its line in the file, from 0
--   $4 text    label
--   $5 int     staff, or null
-- Returns nothing.
INSERT INTO recueil.service
    (collectivity_id, code, position, label, staff, listed)
VALUES ($1::int, $2::text, $3::int, $4::text, $5::int, true)
ON CONFLICT (collectivity_id, code) DO UPDATE
SET position = excluded.position,
    label = excluded.label,
    staff = excluded.staff,
    listed = excluded.listed;
