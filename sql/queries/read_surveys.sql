-- The surveys of a collectivity with their current versions.
--   $1 int  collectivity_id
-- Returns survey, class, current version, listed, the mask of offered pain points, definition.
SELECT s.survey, s.class, s.current_version, s.listed, v.offered_pain_points, v.definition
FROM recueil.survey s
JOIN recueil.survey_version v
    ON v.collectivity_id = s.collectivity_id AND v.survey = s.survey AND v.version = s.current_version
WHERE s.collectivity_id = $1::int
ORDER BY s.survey;
