-- The bit of every pain point ever published: none may change, none may be given again.
--   $1 int  collectivity_id
-- Returns code and bit, by bit.
SELECT code, bit FROM recueil.pain_point WHERE collectivity_id = $1::int ORDER BY bit;
