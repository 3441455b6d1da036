-- Count what a month's figures leave out: prefilled, set aside, canaries. A withdrawn submission has no
-- month any more.
--   $1 int          collectivity_id
--   $2 date         first day of the month
--   $3 timestamptz  the first instant in it, and
--   $4 timestamptz  the first one after it, in the collectivity's time zone
-- Returns nothing. See insert_rollup.sql for sealed months and conflicts.
INSERT INTO recueil.rollup_left_out (collectivity_id, month, survey, procedure, state, count)
SELECT $1::int, $2::date, survey, coalesce(procedure, '-'), state, count(*)
FROM recueil.submission
WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
  AND received_at < $4::timestamptz AND state <> 'counted'
  AND NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                  WHERE sealed.collectivity_id = $1::int AND sealed.survey = submission.survey
                    AND sealed.month = $2::date)
GROUP BY survey, coalesce(procedure, '-'), state
ON CONFLICT (collectivity_id, month, survey, procedure, state) DO NOTHING;
