-- Remember that a migration was applied, in the transaction that applied it.
--   $1 int   number
--   $2 text  name
--   $3 text  SHA-256 of its text, hexadecimal
-- Returns nothing. A second record of a number is an error: nothing is to be applied twice.
INSERT INTO recueil.schema_migration (number, name, sha256, applied_at)
VALUES ($1::int, $2::text, decode($3::text, 'hex'), now());
