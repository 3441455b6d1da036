-- The bits given to choices so far.
--   $1 int  collectivity_id
-- Returns measure, code and bit.
SELECT measure, code, bit FROM recueil.choice WHERE collectivity_id = $1::int;
