-- Make room for a month's figures (rollup_left_out).
-- A survey whose month retention has sealed keeps them.
--   $1 int   collectivity_id
--   $2 date  first day of the month
-- Returns nothing.
DELETE FROM recueil.rollup_left_out AS old
WHERE old.collectivity_id = $1::int
  AND old.month = $2::date
  AND NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                  WHERE sealed.collectivity_id = old.collectivity_id
                    AND sealed.survey = old.survey AND sealed.month = old.month);
