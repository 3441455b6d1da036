-- One publication at a time, whoever's: a new collectivity takes the next number. Ends with the
-- transaction.
-- Returns one row without meaning.
SELECT pg_advisory_xact_lock(5264, 1);
