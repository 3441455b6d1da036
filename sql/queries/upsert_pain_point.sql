-- Write a pain point as its file has it. A code keeps its bit for ever: publishing checked that.
--   $1 int     collectivity_id
--   $2 text    code
--   $3 smallint  bit in the masks
--   $4 int     its line in the file, from 0
--   $5 text    nature
--   $6 text    who is asked
--   $7 text    short label
--   $8 text    label in French
--   $9 text    label in Creole, or empty
--   $10 text    help
-- Returns nothing.
INSERT INTO recueil.pain_point
    (collectivity_id, code, bit, position, nature, audience, short_label, label, label_rcf,
     help, listed)
VALUES ($1::int, $2::text, $3::smallint, $4::int, $5::text, $6::text, $7::text, $8::text,
        $9::text, $10::text, true)
ON CONFLICT (collectivity_id, code) DO UPDATE
SET position = excluded.position,
    nature = excluded.nature,
    audience = excluded.audience,
    short_label = excluded.short_label,
    label = excluded.label,
    label_rcf = excluded.label_rcf,
    help = excluded.help,
    listed = excluded.listed;
