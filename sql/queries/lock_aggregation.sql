-- One aggregation of a collectivity at a time. Held by the session, not the transaction: a transaction
-- that waited for it would see the state of before its wait. It ends with the session.
--   $1 int  collectivity_id
-- Returns one row without meaning.
SELECT pg_advisory_lock(5265, $1::int);
