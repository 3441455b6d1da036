-- Mark the months, outside the current one, that rows were just stored in, so that they are aggregated
-- again. In the transaction that stored them, with a mark of its own: an older mark may be about to go.
--   $1 int[]          collectivity_id
--   $2 timestamptz[]  received_at
--   $3 uuid           the mark
-- Returns nothing.
INSERT INTO recueil.changed_month (collectivity_id, month, mark)
SELECT DISTINCT dated.collectivity_id, dated.month, $3::uuid
FROM (
    SELECT given.collectivity_id,
           date_trunc('month', given.received_at AT TIME ZONE c.time_zone)::date AS month,
           date_trunc('month', now() AT TIME ZONE c.time_zone)::date AS current
    FROM unnest($1::int[], $2::timestamptz[]) AS given (collectivity_id, received_at)
    JOIN recueil.collectivity c ON c.collectivity_id = given.collectivity_id
) AS dated
WHERE dated.month <> dated.current
ON CONFLICT (collectivity_id, month, mark) DO NOTHING;
