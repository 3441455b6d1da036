-- Forget the marks of a month that this transaction saw. A mark written meanwhile is invisible to its
-- snapshot: it stays, and the month is computed again.
--   $1 int   collectivity_id
--   $2 date  first day of the month
-- Returns nothing.
DELETE FROM recueil.changed_month
WHERE collectivity_id = $1::int AND month = $2::date;
