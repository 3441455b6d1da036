-- What is stored under ids that an insert did not return: the same content, other content, or nothing.
--   $1 int[]   collectivity_id
--   $2 uuid[]  id
-- Returns collectivity_id, id, content_hash, state.
SELECT s.collectivity_id, s.id, s.content_hash, s.state
FROM unnest($1::int[], $2::uuid[]) AS asked (collectivity_id, id)
JOIN recueil.submission s ON s.collectivity_id = asked.collectivity_id AND s.id = asked.id;
