-- Put a survey on the list with its current version.
--   $1 int   collectivity_id
--   $2 text  survey
--   $3 text  class (never changes)
--   $4 int   current version
-- Returns nothing.
INSERT INTO recueil.survey (collectivity_id, survey, class, current_version, listed)
VALUES ($1::int, $2::text, $3::text, $4::int, true)
ON CONFLICT (collectivity_id, survey) DO UPDATE
SET current_version = excluded.current_version,
    listed = true;
