-- The months to aggregate, with their first and last instants in the collectivity's time zone, so that
-- every later statement reads the rows of the month by index and no others.
--   $1 int   collectivity_id
--   $2 date  first day of the one month wanted; null: see $3
--   $3 bool  true: every month that holds submissions or figures; false: the current one, the one
--            before, those that somebody wrote into since, and those that hold submissions and were
--            never aggregated, or not since they ended: the newest with figures and all after it
-- Returns month ("2026-10"), its first day, the first instant in it and the first after it, in order.
WITH zone AS (
    SELECT time_zone, date_trunc('month', now() AT TIME ZONE time_zone)::date AS current
    FROM recueil.collectivity
    WHERE collectivity_id = $1::int
), ends AS (
    SELECT date_trunc('month', min(received_at) AT TIME ZONE (SELECT time_zone FROM zone)) AS first,
           date_trunc('month', max(received_at) AT TIME ZONE (SELECT time_zone FROM zone)) AS last
    FROM recueil.submission
    WHERE collectivity_id = $1::int
), held AS (
    SELECT month::date
    FROM ends, zone, generate_series(first, last, interval '1 month') AS month
    WHERE EXISTS (SELECT FROM recueil.submission
                  WHERE collectivity_id = $1::int
                    AND received_at >= month AT TIME ZONE zone.time_zone
                    AND received_at < (month + interval '1 month') AT TIME ZONE zone.time_zone)
), reduced AS (
    SELECT month FROM recueil.rollup WHERE collectivity_id = $1::int
    UNION
    SELECT month FROM recueil.rollup_left_out WHERE collectivity_id = $1::int
), wanted AS (
    SELECT $2::date AS month
    WHERE $2::date IS NOT NULL
    UNION
    SELECT current FROM zone
    WHERE $2::date IS NULL AND NOT $3::bool
    UNION
    SELECT (current - interval '1 month')::date FROM zone
    WHERE $2::date IS NULL AND NOT $3::bool
    UNION
    SELECT month FROM recueil.changed_month
    WHERE $2::date IS NULL AND collectivity_id = $1::int
    UNION
    SELECT month FROM reduced
    WHERE $2::date IS NULL AND $3::bool
    UNION
    SELECT month FROM held
    WHERE $2::date IS NULL
      AND ($3::bool OR month NOT IN (SELECT month FROM reduced)
           OR month >= (SELECT max(month) FROM reduced))
)
SELECT to_char(month, 'YYYY-MM'), month, month::timestamp AT TIME ZONE time_zone,
       (month + interval '1 month') AT TIME ZONE time_zone
FROM wanted, zone
ORDER BY month;
