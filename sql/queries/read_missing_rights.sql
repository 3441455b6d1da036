-- What the migrations need and this user may not do, as the commands that an administrator is to run.
-- Roles belong to the whole cluster; the first migration makes those that are missing if it may.
-- Returns one command a row; no row when the migrations can be applied.
SELECT format('CREATE ROLE %I LOGIN', wanted)
FROM unnest(ARRAY['recueil_daemon', 'recueil_analyst', 'recueil_reader']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles
                  WHERE rolname = current_user AND (rolcreaterole OR rolsuper))
UNION ALL
SELECT format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user)
WHERE to_regclass('recueil.schema_migration') IS NULL
  AND NOT has_database_privilege(current_database(), 'CREATE');
