-- A page of the submissions of a month with what people wrote, in the order of receipt. The next page
-- begins after the last row of this one, so that no page costs more than another.
--   $1 int          collectivity_id
--   $2 timestamptz  received_at and
--   $3 uuid         id of the row after which the page begins
--   $4 timestamptz  the first instant that is no longer wanted
--   $5 int          rows a page
-- Returns id, received_at for people (the session's time zone) and exactly, survey, version, state,
-- procedure, audience, phase, channel, entry, placement, language, content (null once purged).
SELECT s.id, to_char(s.received_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'),
       to_char(s.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00'), s.survey, s.version,
       s.state, s.procedure, s.audience, s.phase, s.channel, s.entry, s.placement, s.language,
       c.content
FROM recueil.submission s
LEFT JOIN recueil.submission_content c ON c.collectivity_id = s.collectivity_id AND c.id = s.id
WHERE s.collectivity_id = $1::int
  AND (s.received_at, s.id) > ($2::timestamptz, $3::uuid)
  AND s.received_at < $4::timestamptz
ORDER BY s.received_at, s.id
LIMIT $5::int;
