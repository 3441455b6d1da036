-- Has any migration ever been applied here?
-- Returns one row: true when the table that records them is there.
SELECT to_regclass('recueil.schema_migration') IS NOT NULL;
