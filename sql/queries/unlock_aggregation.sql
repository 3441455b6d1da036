-- Let the next aggregation of a collectivity in (see lock_aggregation.sql).
--   $1 int  collectivity_id
-- Returns one row: true.
SELECT pg_advisory_unlock(5265, $1::int);
