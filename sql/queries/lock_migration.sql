-- One migration at a time: the second waits here until the first is done. Held by the session, because
-- it spans several transactions. The two numbers name Recueil's migration, and nothing else.
-- Returns one row without meaning.
SELECT pg_advisory_lock(5263, 1);
