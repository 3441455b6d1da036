-- End a bearer key.
--   $1 int   collectivity_id
--   $2 text  name
-- Returns the name, or no row when no key of that name is in use.
UPDATE recueil.bearer_key
SET revoked_at = now()
WHERE collectivity_id = $1::int AND name = $2::text AND revoked_at IS NULL
RETURNING name;
