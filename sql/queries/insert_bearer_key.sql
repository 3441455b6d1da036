-- Remember a bearer key by its SHA-256.
--   $1 int   collectivity_id
--   $2 text  name
--   $3 text  SHA-256 of the key as printed, hexadecimal
-- Returns the name, or no row when there is (or was) a key of that name.
INSERT INTO recueil.bearer_key (collectivity_id, name, key_hash, created_at)
VALUES ($1::int, $2::text, decode($3::text, 'hex'), now())
ON CONFLICT (collectivity_id, name) DO NOTHING
RETURNING name;
