-- Let the next migration in (see lock_migration.sql).
-- Returns one row: true.
SELECT pg_advisory_unlock(5263, 1);
