-- Publish a version of a survey.
--   $1 int     collectivity_id
--   $2 text    survey
--   $3 int     version
--   $4 text    class
--   $5 bigint  mask of the pain points that it offers
--   $6 text    definition: the file as it is
-- Returns nothing.
INSERT INTO recueil.survey_version
    (collectivity_id, survey, version, class, offered_pain_points, published_at, definition)
VALUES ($1::int, $2::text, $3::int, $4::text, $5::bigint, now(), $6::text);
