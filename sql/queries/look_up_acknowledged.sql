-- What became of submissions that were acknowledged (national query): their record names no
-- collectivity, and the hash holds it.
--   $1 uuid[]  id
-- Returns id, content_hash in hexadecimal, and 'stored', 'withdrawn' or 'quarantined'; several rows where
-- an id has several contents, none where it is nowhere.
SELECT s.id, encode(s.content_hash, 'hex'),
       CASE WHEN s.state = 'withdrawn' THEN 'withdrawn' ELSE 'stored' END
FROM unnest($1::uuid[]) AS asked (id)
CROSS JOIN recueil.collectivity c
JOIN recueil.submission s ON s.collectivity_id = c.collectivity_id AND s.id = asked.id
UNION ALL
SELECT q.id, encode(q.content_hash, 'hex'),
       CASE WHEN q.reason = 'withdrawn' THEN 'withdrawn' ELSE 'quarantined' END
FROM unnest($1::uuid[]) AS asked (id)
CROSS JOIN recueil.collectivity c
JOIN recueil.quarantine q ON q.collectivity_id = c.collectivity_id AND q.id = asked.id;
