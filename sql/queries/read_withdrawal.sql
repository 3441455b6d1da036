-- What a receipt for this id may speak of: the submission, and what is quarantined under its id.
--   $1 int   collectivity_id
--   $2 uuid  id
-- Returns a row each: content_hash in hexadecimal, and how it stands: 'there', 'withdrawn', or 'sealed'
-- (its month was anonymised).
SELECT encode(s.content_hash, 'hex'),
       CASE
           WHEN s.state = 'withdrawn' THEN 'withdrawn'
           WHEN EXISTS (
               SELECT FROM recueil.sealed_month m
               WHERE m.collectivity_id = s.collectivity_id AND m.survey = s.survey
                 AND m.month = date_trunc('month', s.received_at AT TIME ZONE c.time_zone)::date)
               THEN 'sealed'
           ELSE 'there'
       END
FROM recueil.submission s
JOIN recueil.collectivity c ON c.collectivity_id = s.collectivity_id
WHERE s.collectivity_id = $1 AND s.id = $2
UNION ALL
SELECT encode(q.content_hash, 'hex'),
       CASE WHEN q.reason = 'withdrawn' THEN 'withdrawn' ELSE 'there' END
FROM recueil.quarantine q
WHERE q.collectivity_id = $1 AND q.id = $2;
