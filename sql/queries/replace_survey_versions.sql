-- End the current version of a survey: an open form is judged by it for 7 more days.
--   $1 int   collectivity_id
--   $2 text  survey
-- Returns nothing.
UPDATE recueil.survey_version
SET replaced_at = now()
WHERE collectivity_id = $1::int AND survey = $2::text AND replaced_at IS NULL;
