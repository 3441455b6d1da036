-- Count a month by commune and by service, all procedures together. "excluded" is said as in
-- insert_rollup.sql; a coded pain point counts where the person was asked about it, as there.
--   $1 int          collectivity_id
--   $2 date         first day of the month
--   $3 timestamptz  the first instant in it, and
--   $4 timestamptz  the first one after it, in the collectivity's time zone
-- Returns nothing. See insert_rollup.sql for sealed months and conflicts.
WITH exclusion AS (
    SELECT coalesce(bit_or(1::bigint << bit), 0) AS bits
    FROM recueil.pain_point
    WHERE collectivity_id = $1::int AND nature = 'exclusion'
), placed AS NOT MATERIALIZED (
    SELECT survey, partition, code, satisfaction, pain_points, training_need,
           pain_points | coalesce(coded_pain_points, 0) & offered AS pains,
           ((coalesce(pain_points, 0) | coalesce(coded_pain_points, 0)) & exclusion.bits <> 0
               OR digital_comfort = 1
               OR channel = 'online'
                  AND (help IN ('helped', 'unmet', 'proxy') OR completed = 'given_up')) AS excluded
    FROM recueil.submission
    LEFT JOIN (SELECT survey, version, offered_pain_points AS offered
               FROM recueil.survey_version
               WHERE collectivity_id = $1::int) AS versions USING (survey, version),
        exclusion,
        LATERAL (VALUES ('commune', commune), ('service', service)) AS places (partition, code)
    WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
      AND received_at < $4::timestamptz AND state = 'counted'
      AND code IS NOT NULL
), grouped AS (
    SELECT survey, partition, code, count(*) AS respondents,
           ARRAY[
               count(*) FILTER (WHERE satisfaction = 1), count(*) FILTER (WHERE satisfaction = 2),
               count(*) FILTER (WHERE satisfaction = 3), count(*) FILTER (WHERE satisfaction = 4),
               count(*) FILTER (WHERE satisfaction = 5)
           ]::int[] AS satisfaction,
           count(pain_points) AS asked,
           count(*) FILTER (WHERE pains > 0) AS in_pain,
           count(*) FILTER (WHERE excluded) AS excluded
    FROM placed
    GROUP BY survey, partition, code
), training AS (
    SELECT survey, partition, code, bit, count(*) AS count
    FROM placed, generate_series(0, 62) AS bit
    WHERE training_need > 0 AND training_need >> bit & 1 = 1
    GROUP BY survey, partition, code, bit
)
INSERT INTO recueil.rollup_partition
    (collectivity_id, month, survey, partition, code, class, respondents, satisfaction, asked, in_pain,
     excluded, training_need)
SELECT $1::int, $2::date, grouped.survey, grouped.partition, grouped.code, survey.class, respondents,
       satisfaction, asked, in_pain, CASE survey.class WHEN 'external' THEN excluded ELSE 0 END,
       ARRAY(SELECT coalesce(training.count, 0)::int
             FROM generate_series(0, 62) AS bits (bit)
             LEFT JOIN training ON training.survey = grouped.survey
                 AND training.partition = grouped.partition AND training.code = grouped.code
                 AND training.bit = bits.bit
             ORDER BY bits.bit)
FROM grouped
JOIN recueil.survey ON survey.collectivity_id = $1::int AND survey.survey = grouped.survey
WHERE NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                  WHERE sealed.collectivity_id = $1::int AND sealed.survey = grouped.survey
                    AND sealed.month = $2::date)
ON CONFLICT (collectivity_id, month, survey, partition, code) DO NOTHING;
