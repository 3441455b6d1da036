-- The survey versions that the submissions of a month were judged by: their questions are the columns
-- of the export.
--   $1 int          collectivity_id
--   $2 timestamptz  the first instant of the month, and
--   $3 timestamptz  the first one after it
-- Returns survey, version and definition, by survey, the newest version first.
SELECT v.survey, v.version, v.definition
FROM recueil.survey_version v
WHERE v.collectivity_id = $1::int
  AND (v.survey, v.version) IN (SELECT s.survey, s.version
                                FROM recueil.submission s
                                WHERE s.collectivity_id = $1::int
                                  AND s.received_at >= $2::timestamptz
                                  AND s.received_at < $3::timestamptz)
ORDER BY v.survey, v.version DESC;
