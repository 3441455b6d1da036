-- Reduce a month's counted submissions to sufficient statistics (method: every column is additive).
-- Written out rather than unnested: one pass over narrow rows, one hash table, no sort. The edges of
-- the bins are those of analytics/assessment/rollup.h (a test compares them). A survey whose month
-- retention has sealed is left alone.
--   $1 int          collectivity_id
--   $2 date         first day of the month
--   $3 timestamptz  the first instant in it, and
--   $4 timestamptz  the first one after it, in the collectivity's time zone
-- Returns one row: how many submissions were counted, and in how many rows. The month's old rows were
-- deleted in this transaction: a conflict can only be somebody else's, and then the snapshot fails.
WITH exclusion AS (
    SELECT coalesce(bit_or(1::bigint << bit), 0) AS bits
    FROM recueil.pain_point
    WHERE collectivity_id = $1::int AND nature = 'exclusion'
), grouped AS (
    SELECT survey, procedure, audience, phase, channel, entry,
           count(*) AS respondents,
           ARRAY[
               count(*) FILTER (WHERE satisfaction = 1), count(*) FILTER (WHERE satisfaction = 2),
               count(*) FILTER (WHERE satisfaction = 3), count(*) FILTER (WHERE satisfaction = 4),
               count(*) FILTER (WHERE satisfaction = 5)
           ]::int[] AS satisfaction,
           ARRAY[
               count(*) FILTER (WHERE effort = 1), count(*) FILTER (WHERE effort = 2),
               count(*) FILTER (WHERE effort = 3), count(*) FILTER (WHERE effort = 4),
               count(*) FILTER (WHERE effort = 5)
           ]::int[] AS effort,
           ARRAY[
               count(*) FILTER (WHERE clarity = 1), count(*) FILTER (WHERE clarity = 2),
               count(*) FILTER (WHERE clarity = 3), count(*) FILTER (WHERE clarity = 4),
               count(*) FILTER (WHERE clarity = 5)
           ]::int[] AS clarity,
           ARRAY[
               count(*) FILTER (WHERE digital_comfort = 1), count(*) FILTER (WHERE digital_comfort = 2),
               count(*) FILTER (WHERE digital_comfort = 3), count(*) FILTER (WHERE digital_comfort = 4)
           ]::int[] AS digital_comfort,
           ARRAY[
               count(*) FILTER (WHERE change_readiness = 1), count(*) FILTER (WHERE change_readiness = 2),
               count(*) FILTER (WHERE change_readiness = 3), count(*) FILTER (WHERE change_readiness = 4)
           ]::int[] AS change_readiness,
           ARRAY[
               count(*) FILTER (WHERE completed = 'done' AND help IN ('none', 'unmet')),
               count(*) FILTER (WHERE completed = 'done' AND help IN ('helped', 'proxy')),
               count(*) FILTER (WHERE completed = 'given_up')
           ]::int[] AS completion,
           ARRAY[
               count(*) FILTER (WHERE minutes_bin = 1), count(*) FILTER (WHERE minutes_bin = 2),
               count(*) FILTER (WHERE minutes_bin = 3), count(*) FILTER (WHERE minutes_bin = 4),
               count(*) FILTER (WHERE minutes_bin = 5), count(*) FILTER (WHERE minutes_bin = 6),
               count(*) FILTER (WHERE minutes_bin = 7), count(*) FILTER (WHERE minutes_bin = 8),
               count(*) FILTER (WHERE minutes_bin = 9), count(*) FILTER (WHERE minutes_bin = 10),
               count(*) FILTER (WHERE minutes_bin = 11), count(*) FILTER (WHERE minutes_bin = 12),
               count(*) FILTER (WHERE minutes_bin = 13), count(*) FILTER (WHERE minutes_bin = 14)
           ]::int[] AS minutes,
           coalesce(sum(least(minutes, 480)) FILTER (WHERE minutes IS NOT NULL), 0) AS minutes_sum,
           ARRAY[
               count(*) FILTER (WHERE visits_bin = 0), count(*) FILTER (WHERE visits_bin = 1),
               count(*) FILTER (WHERE visits_bin = 2), count(*) FILTER (WHERE visits_bin = 3),
               count(*) FILTER (WHERE visits_bin = 4), count(*) FILTER (WHERE visits_bin = 5)
           ]::int[] AS visits,
           coalesce(sum(least(visits, 10)) FILTER (WHERE visits IS NOT NULL), 0) AS visits_sum,
           ARRAY[
               count(*) FILTER (WHERE preferred_channel = 'online'),
               count(*) FILTER (WHERE preferred_channel = 'desk'),
               count(*) FILTER (WHERE preferred_channel = 'phone'),
               count(*) FILTER (WHERE preferred_channel = 'mail'),
               count(*) FILTER (WHERE preferred_channel = 'home')
           ]::int[] AS preferred_channel,
           count(pain_points) AS asked,
           count(*) FILTER (WHERE pain_points > 0) AS in_pain,
           count(*) FILTER (
               WHERE (coalesce(pain_points, 0) | coalesce(coded_pain_points, 0)) & exclusion.bits <> 0
                  OR digital_comfort = 1
                  OR channel = 'online'
                     AND (help IN ('helped', 'unmet', 'proxy') OR completed = 'given_up')
           ) AS excluded,
           ARRAY[
               count(nullif(pain_points >> 0 & 1, 0)), count(nullif(pain_points >> 1 & 1, 0)),
               count(nullif(pain_points >> 2 & 1, 0)), count(nullif(pain_points >> 3 & 1, 0)),
               count(nullif(pain_points >> 4 & 1, 0)), count(nullif(pain_points >> 5 & 1, 0)),
               count(nullif(pain_points >> 6 & 1, 0)), count(nullif(pain_points >> 7 & 1, 0)),
               count(nullif(pain_points >> 8 & 1, 0)), count(nullif(pain_points >> 9 & 1, 0)),
               count(nullif(pain_points >> 10 & 1, 0)), count(nullif(pain_points >> 11 & 1, 0)),
               count(nullif(pain_points >> 12 & 1, 0)), count(nullif(pain_points >> 13 & 1, 0)),
               count(nullif(pain_points >> 14 & 1, 0)), count(nullif(pain_points >> 15 & 1, 0)),
               count(nullif(pain_points >> 16 & 1, 0)), count(nullif(pain_points >> 17 & 1, 0)),
               count(nullif(pain_points >> 18 & 1, 0)), count(nullif(pain_points >> 19 & 1, 0)),
               count(nullif(pain_points >> 20 & 1, 0)), count(nullif(pain_points >> 21 & 1, 0)),
               count(nullif(pain_points >> 22 & 1, 0)), count(nullif(pain_points >> 23 & 1, 0)),
               count(nullif(pain_points >> 24 & 1, 0)), count(nullif(pain_points >> 25 & 1, 0)),
               count(nullif(pain_points >> 26 & 1, 0)), count(nullif(pain_points >> 27 & 1, 0)),
               count(nullif(pain_points >> 28 & 1, 0)), count(nullif(pain_points >> 29 & 1, 0)),
               count(nullif(pain_points >> 30 & 1, 0)), count(nullif(pain_points >> 31 & 1, 0)),
               count(nullif(pain_points >> 32 & 1, 0)), count(nullif(pain_points >> 33 & 1, 0)),
               count(nullif(pain_points >> 34 & 1, 0)), count(nullif(pain_points >> 35 & 1, 0)),
               count(nullif(pain_points >> 36 & 1, 0)), count(nullif(pain_points >> 37 & 1, 0)),
               count(nullif(pain_points >> 38 & 1, 0)), count(nullif(pain_points >> 39 & 1, 0)),
               count(nullif(pain_points >> 40 & 1, 0)), count(nullif(pain_points >> 41 & 1, 0)),
               count(nullif(pain_points >> 42 & 1, 0)), count(nullif(pain_points >> 43 & 1, 0)),
               count(nullif(pain_points >> 44 & 1, 0)), count(nullif(pain_points >> 45 & 1, 0)),
               count(nullif(pain_points >> 46 & 1, 0)), count(nullif(pain_points >> 47 & 1, 0)),
               count(nullif(pain_points >> 48 & 1, 0)), count(nullif(pain_points >> 49 & 1, 0)),
               count(nullif(pain_points >> 50 & 1, 0)), count(nullif(pain_points >> 51 & 1, 0)),
               count(nullif(pain_points >> 52 & 1, 0)), count(nullif(pain_points >> 53 & 1, 0)),
               count(nullif(pain_points >> 54 & 1, 0)), count(nullif(pain_points >> 55 & 1, 0)),
               count(nullif(pain_points >> 56 & 1, 0)), count(nullif(pain_points >> 57 & 1, 0)),
               count(nullif(pain_points >> 58 & 1, 0)), count(nullif(pain_points >> 59 & 1, 0)),
               count(nullif(pain_points >> 60 & 1, 0)), count(nullif(pain_points >> 61 & 1, 0)),
               count(nullif(pain_points >> 62 & 1, 0))
           ]::int[] AS mentions,
           count(believed_pain_points) AS believed_asked,
           array_agg(files_per_month) FILTER (WHERE files_per_month IS NOT NULL) AS files_per_month,
           ARRAY[
               count(*) FILTER (WHERE file_bin = 1), count(*) FILTER (WHERE file_bin = 2),
               count(*) FILTER (WHERE file_bin = 3), count(*) FILTER (WHERE file_bin = 4),
               count(*) FILTER (WHERE file_bin = 5), count(*) FILTER (WHERE file_bin = 6),
               count(*) FILTER (WHERE file_bin = 7), count(*) FILTER (WHERE file_bin = 8),
               count(*) FILTER (WHERE file_bin = 9), count(*) FILTER (WHERE file_bin = 10),
               count(*) FILTER (WHERE file_bin = 11), count(*) FILTER (WHERE file_bin = 12),
               count(*) FILTER (WHERE file_bin = 13), count(*) FILTER (WHERE file_bin = 14),
               count(*) FILTER (WHERE file_bin = 15), count(*) FILTER (WHERE file_bin = 16)
           ]::int[] AS minutes_per_file,
           coalesce(sum(minutes_per_file), 0) AS minutes_per_file_sum,
           ARRAY[
               count(*) FILTER (WHERE day_bin = 1), count(*) FILTER (WHERE day_bin = 2),
               count(*) FILTER (WHERE day_bin = 3), count(*) FILTER (WHERE day_bin = 4),
               count(*) FILTER (WHERE day_bin = 5), count(*) FILTER (WHERE day_bin = 6),
               count(*) FILTER (WHERE day_bin = 7), count(*) FILTER (WHERE day_bin = 8),
               count(*) FILTER (WHERE day_bin = 9), count(*) FILTER (WHERE day_bin = 10),
               count(*) FILTER (WHERE day_bin = 11), count(*) FILTER (WHERE day_bin = 12),
               count(*) FILTER (WHERE day_bin = 13), count(*) FILTER (WHERE day_bin = 14)
           ]::int[] AS elapsed_days,
           coalesce(sum(elapsed_days), 0) AS elapsed_days_sum,
           ARRAY[
               count(*) FILTER (WHERE rekeying = 0), count(*) FILTER (WHERE rekeying = 1),
               count(*) FILTER (WHERE rekeying = 2), count(*) FILTER (WHERE rekeying = 3),
               count(*) FILTER (WHERE rekeying = 4), count(*) FILTER (WHERE rekeying = 5),
               count(*) FILTER (WHERE rekeying = 6), count(*) FILTER (WHERE rekeying = 7),
               count(*) FILTER (WHERE rekeying = 8), count(*) FILTER (WHERE rekeying = 9),
               count(*) FILTER (WHERE rekeying = 10)
           ]::int[] AS rekeying,
           ARRAY[
               count(*) FILTER (WHERE returned = 0), count(*) FILTER (WHERE returned = 1),
               count(*) FILTER (WHERE returned = 2), count(*) FILTER (WHERE returned = 3),
               count(*) FILTER (WHERE returned = 4), count(*) FILTER (WHERE returned = 5),
               count(*) FILTER (WHERE returned = 6), count(*) FILTER (WHERE returned = 7),
               count(*) FILTER (WHERE returned = 8), count(*) FILTER (WHERE returned = 9),
               count(*) FILTER (WHERE returned = 10)
           ]::int[] AS returned,
           ARRAY[
               count(*) FILTER (WHERE handoffs_bin = 0), count(*) FILTER (WHERE handoffs_bin = 1),
               count(*) FILTER (WHERE handoffs_bin = 2), count(*) FILTER (WHERE handoffs_bin = 3),
               count(*) FILTER (WHERE handoffs_bin = 4), count(*) FILTER (WHERE handoffs_bin = 5),
               count(*) FILTER (WHERE handoffs_bin = 6), count(*) FILTER (WHERE handoffs_bin = 7),
               count(*) FILTER (WHERE handoffs_bin = 8), count(*) FILTER (WHERE handoffs_bin = 9),
               count(*) FILTER (WHERE handoffs_bin = 10)
           ]::int[] AS handoffs
    FROM (
        SELECT survey, coalesce(procedure, '-') AS procedure, coalesce(audience, '-') AS audience,
               coalesce(phase, '-') AS phase, coalesce(channel, '-') AS channel,
               coalesce(entry, '-') AS entry,
               satisfaction, effort, clarity, digital_comfort, change_readiness, completed, help,
               minutes, visits, preferred_channel, pain_points, coded_pain_points,
               believed_pain_points, files_per_month, minutes_per_file, elapsed_days, rekeying,
               returned,
               width_bucket(minutes, ARRAY[0, 3, 8, 13, 18, 26, 38, 53, 76, 106, 151, 211, 331, 481])
                   AS minutes_bin,
               width_bucket(minutes_per_file, ARRAY[0, 3, 8, 13, 18, 26, 38, 53, 76, 106, 151, 211,
                                                    331, 481, 961, 1921])
                   AS file_bin,
               width_bucket(elapsed_days, ARRAY[0, 1, 2, 4, 8, 15, 22, 31, 46, 61, 91, 121, 181, 366])
                   AS day_bin,
               CASE WHEN visits > 5 THEN 5 ELSE visits END AS visits_bin, -- least() would count nulls
               CASE WHEN handoffs > 10 THEN 10 ELSE handoffs END AS handoffs_bin
        FROM recueil.submission
        WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
          AND received_at < $4::timestamptz AND state = 'counted'
        OFFSET 0 -- each bin is computed once, not once a counter
    ) AS counted, exclusion
    GROUP BY survey, procedure, audience, phase, channel, entry
), asked AS (
    SELECT survey, procedure, audience, phase, channel, entry,
           ARRAY[
               sum(asked * (offered >> 0 & 1)), sum(asked * (offered >> 1 & 1)),
               sum(asked * (offered >> 2 & 1)), sum(asked * (offered >> 3 & 1)),
               sum(asked * (offered >> 4 & 1)), sum(asked * (offered >> 5 & 1)),
               sum(asked * (offered >> 6 & 1)), sum(asked * (offered >> 7 & 1)),
               sum(asked * (offered >> 8 & 1)), sum(asked * (offered >> 9 & 1)),
               sum(asked * (offered >> 10 & 1)), sum(asked * (offered >> 11 & 1)),
               sum(asked * (offered >> 12 & 1)), sum(asked * (offered >> 13 & 1)),
               sum(asked * (offered >> 14 & 1)), sum(asked * (offered >> 15 & 1)),
               sum(asked * (offered >> 16 & 1)), sum(asked * (offered >> 17 & 1)),
               sum(asked * (offered >> 18 & 1)), sum(asked * (offered >> 19 & 1)),
               sum(asked * (offered >> 20 & 1)), sum(asked * (offered >> 21 & 1)),
               sum(asked * (offered >> 22 & 1)), sum(asked * (offered >> 23 & 1)),
               sum(asked * (offered >> 24 & 1)), sum(asked * (offered >> 25 & 1)),
               sum(asked * (offered >> 26 & 1)), sum(asked * (offered >> 27 & 1)),
               sum(asked * (offered >> 28 & 1)), sum(asked * (offered >> 29 & 1)),
               sum(asked * (offered >> 30 & 1)), sum(asked * (offered >> 31 & 1)),
               sum(asked * (offered >> 32 & 1)), sum(asked * (offered >> 33 & 1)),
               sum(asked * (offered >> 34 & 1)), sum(asked * (offered >> 35 & 1)),
               sum(asked * (offered >> 36 & 1)), sum(asked * (offered >> 37 & 1)),
               sum(asked * (offered >> 38 & 1)), sum(asked * (offered >> 39 & 1)),
               sum(asked * (offered >> 40 & 1)), sum(asked * (offered >> 41 & 1)),
               sum(asked * (offered >> 42 & 1)), sum(asked * (offered >> 43 & 1)),
               sum(asked * (offered >> 44 & 1)), sum(asked * (offered >> 45 & 1)),
               sum(asked * (offered >> 46 & 1)), sum(asked * (offered >> 47 & 1)),
               sum(asked * (offered >> 48 & 1)), sum(asked * (offered >> 49 & 1)),
               sum(asked * (offered >> 50 & 1)), sum(asked * (offered >> 51 & 1)),
               sum(asked * (offered >> 52 & 1)), sum(asked * (offered >> 53 & 1)),
               sum(asked * (offered >> 54 & 1)), sum(asked * (offered >> 55 & 1)),
               sum(asked * (offered >> 56 & 1)), sum(asked * (offered >> 57 & 1)),
               sum(asked * (offered >> 58 & 1)), sum(asked * (offered >> 59 & 1)),
               sum(asked * (offered >> 60 & 1)), sum(asked * (offered >> 61 & 1)),
               sum(asked * (offered >> 62 & 1))
           ]::int[] AS pain_asked
    FROM (
        SELECT survey, coalesce(procedure, '-') AS procedure, coalesce(audience, '-') AS audience,
               coalesce(phase, '-') AS phase, coalesce(channel, '-') AS channel,
               coalesce(entry, '-') AS entry,
               version, count(*) AS asked
        FROM recueil.submission
        WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
          AND received_at < $4::timestamptz AND state = 'counted' AND pain_points IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) AS answered
    JOIN (SELECT survey, version, offered_pain_points AS offered
          FROM recueil.survey_version
          WHERE collectivity_id = $1::int) AS versions USING (survey, version)
    GROUP BY survey, procedure, audience, phase, channel, entry
), coded AS (
    SELECT survey, procedure, audience, phase, channel, entry,
           count(*) FILTER (WHERE pain_points = 0 AND added <> 0) AS in_pain,
           ARRAY[
               sum(added >> 0 & 1), sum(added >> 1 & 1), sum(added >> 2 & 1),
               sum(added >> 3 & 1), sum(added >> 4 & 1), sum(added >> 5 & 1),
               sum(added >> 6 & 1), sum(added >> 7 & 1), sum(added >> 8 & 1),
               sum(added >> 9 & 1), sum(added >> 10 & 1), sum(added >> 11 & 1),
               sum(added >> 12 & 1), sum(added >> 13 & 1), sum(added >> 14 & 1),
               sum(added >> 15 & 1), sum(added >> 16 & 1), sum(added >> 17 & 1),
               sum(added >> 18 & 1), sum(added >> 19 & 1), sum(added >> 20 & 1),
               sum(added >> 21 & 1), sum(added >> 22 & 1), sum(added >> 23 & 1),
               sum(added >> 24 & 1), sum(added >> 25 & 1), sum(added >> 26 & 1),
               sum(added >> 27 & 1), sum(added >> 28 & 1), sum(added >> 29 & 1),
               sum(added >> 30 & 1), sum(added >> 31 & 1), sum(added >> 32 & 1),
               sum(added >> 33 & 1), sum(added >> 34 & 1), sum(added >> 35 & 1),
               sum(added >> 36 & 1), sum(added >> 37 & 1), sum(added >> 38 & 1),
               sum(added >> 39 & 1), sum(added >> 40 & 1), sum(added >> 41 & 1),
               sum(added >> 42 & 1), sum(added >> 43 & 1), sum(added >> 44 & 1),
               sum(added >> 45 & 1), sum(added >> 46 & 1), sum(added >> 47 & 1),
               sum(added >> 48 & 1), sum(added >> 49 & 1), sum(added >> 50 & 1),
               sum(added >> 51 & 1), sum(added >> 52 & 1), sum(added >> 53 & 1),
               sum(added >> 54 & 1), sum(added >> 55 & 1), sum(added >> 56 & 1),
               sum(added >> 57 & 1), sum(added >> 58 & 1), sum(added >> 59 & 1),
               sum(added >> 60 & 1), sum(added >> 61 & 1), sum(added >> 62 & 1)
           ]::int[] AS coded
    FROM (
        SELECT survey, coalesce(procedure, '-') AS procedure, coalesce(audience, '-') AS audience,
               coalesce(phase, '-') AS phase, coalesce(channel, '-') AS channel,
               coalesce(entry, '-') AS entry,
               pain_points, coded_pain_points & offered_pain_points & ~pain_points AS added
        FROM recueil.submission
        JOIN (SELECT survey, version, offered_pain_points
              FROM recueil.survey_version
              WHERE collectivity_id = $1::int) AS versions USING (survey, version)
        WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
          AND received_at < $4::timestamptz AND state = 'counted' AND pain_points IS NOT NULL
          AND coded_pain_points > 0
    ) AS read
    GROUP BY survey, procedure, audience, phase, channel, entry
), stored AS (
    INSERT INTO recueil.rollup
        (collectivity_id, month, survey, procedure, audience, phase, channel, entry, class,
         respondents, satisfaction, effort, clarity, digital_comfort, change_readiness, completion,
         minutes, minutes_sum, visits, visits_sum, preferred_channel, asked, in_pain, excluded,
         pain_asked, mentions, coded, believed_asked, files_per_month, minutes_per_file,
         minutes_per_file_sum, elapsed_days, elapsed_days_sum, rekeying, returned, handoffs)
    SELECT $1::int, $2::date, survey, procedure, audience, phase, channel, entry, class,
           respondents, satisfaction, effort, clarity, digital_comfort, change_readiness, completion,
           minutes, minutes_sum, visits, visits_sum, preferred_channel, asked,
           grouped.in_pain + coalesce(coded.in_pain, 0),
           CASE class WHEN 'external' THEN excluded ELSE 0 END,
           coalesce(pain_asked, array_fill(0, ARRAY[63])), mentions,
           coalesce(coded.coded, array_fill(0, ARRAY[63])), believed_asked,
           ARRAY(SELECT files FROM unnest(files_per_month) AS files ORDER BY files),
           minutes_per_file, minutes_per_file_sum, elapsed_days, elapsed_days_sum, rekeying, returned,
           handoffs
    FROM grouped
    LEFT JOIN asked USING (survey, procedure, audience, phase, channel, entry)
    LEFT JOIN coded USING (survey, procedure, audience, phase, channel, entry)
    JOIN (SELECT survey, class FROM recueil.survey WHERE collectivity_id = $1::int) AS classes
        USING (survey)
    WHERE NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                      WHERE sealed.collectivity_id = $1::int AND sealed.survey = classes.survey
                        AND sealed.month = $2::date)
    ON CONFLICT (collectivity_id, month, survey, procedure, audience, phase, channel, entry)
        DO NOTHING
    RETURNING respondents
)
SELECT coalesce(sum(respondents), 0), count(*) FROM stored;
