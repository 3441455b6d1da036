-- Give a choice its bit; one that has it keeps it.
--   $1 int       collectivity_id
--   $2 text      measure
--   $3 text      code
--   $4 smallint  bit
-- Returns nothing. A bit that another code has is an error: the constraint choice_bit refuses it.
INSERT INTO recueil.choice (collectivity_id, measure, code, bit)
VALUES ($1::int, $2::text, $3::text, $4::smallint)
ON CONFLICT (collectivity_id, measure, code) DO NOTHING;
