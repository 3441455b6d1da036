-- Count the sparse part of a month: who does each step, tools, calendar, means, training, what agents
-- believe, pairs of tools where data is keyed again, and the outcome by the help had. bit -1 stands for
-- "answered at all".
--   $1 int          collectivity_id
--   $2 date         first day of the month
--   $3 timestamptz  the first instant in it, and
--   $4 timestamptz  the first one after it, in the collectivity's time zone
-- Returns nothing. See insert_rollup.sql for sealed months and conflicts.
WITH counted AS NOT MATERIALIZED (
    SELECT survey, coalesce(procedure, '-') AS procedure, coalesce(audience, '-') AS audience,
           coalesce(phase, '-') AS phase, coalesce(channel, '-') AS channel,
           coalesce(entry, '-') AS entry, completed, help, tools, calendar, means, training_need,
           believed_pain_points, actors, rekeying
    FROM recueil.submission
    WHERE collectivity_id = $1::int AND received_at >= $3::timestamptz
      AND received_at < $4::timestamptz AND state = 'counted'
), inside AS MATERIALIZED (
    SELECT * FROM counted
    WHERE num_nonnulls(tools, calendar, means, training_need, believed_pain_points, actors) > 0
), given AS (
    SELECT survey, procedure, audience, phase, channel, entry, 'tools' AS aspect, bit AS code,
           -1 AS other
    FROM inside, generate_series(-1, 62) AS bit
    WHERE bit = -1 AND tools IS NOT NULL OR bit >= 0 AND tools >> bit & 1 = 1
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'calendar', bit, -1
    FROM inside, generate_series(-1, 62) AS bit
    WHERE bit = -1 AND calendar IS NOT NULL OR bit >= 0 AND calendar >> bit & 1 = 1
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'means', bit, -1
    FROM inside, generate_series(-1, 62) AS bit
    WHERE bit = -1 AND means IS NOT NULL OR bit >= 0 AND means >> bit & 1 = 1
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'training_need', bit, -1
    FROM inside, generate_series(-1, 62) AS bit
    WHERE bit = -1 AND training_need IS NOT NULL OR bit >= 0 AND training_need >> bit & 1 = 1
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'believed_pain_points', bit, -1
    FROM inside, generate_series(-1, 62) AS bit
    WHERE bit = -1 AND believed_pain_points IS NOT NULL
       OR bit >= 0 AND believed_pain_points >> bit & 1 = 1
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'actors', -1, -1
    FROM inside
    WHERE actors IS NOT NULL
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'actors', step,
           (actors >> (4 * step) & 15)::int - 1
    FROM inside, generate_series(0, 14) AS step
    WHERE actors >> (4 * step) & 15 > 0
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'rekeyed_tools', -1, -1
    FROM inside
    WHERE rekeying > 0 AND tools IS NOT NULL
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'rekeyed_tools', one, another
    FROM inside, generate_series(0, 61) AS one, generate_series(one + 1, 62) AS another
    WHERE rekeying > 0 AND tools >> one & 1 = 1 AND tools >> another & 1 = 1
), numbered AS (
    SELECT survey, procedure, audience, phase, channel, entry, aspect, code, other, count(*) AS count
    FROM given
    GROUP BY survey, procedure, audience, phase, channel, entry, aspect, code, other
    UNION ALL
    SELECT survey, procedure, audience, phase, channel, entry, 'completed_help',
           coalesce(array_position(ARRAY['done', 'pending', 'given_up'], completed) - 1, -1),
           coalesce(array_position(ARRAY['none', 'helped', 'unmet', 'proxy'], help) - 1, -1), count(*)
    FROM counted
    WHERE completed IS NOT NULL OR help IS NOT NULL
    GROUP BY survey, procedure, audience, phase, channel, entry, completed, help
)
INSERT INTO recueil.rollup_detail
    (collectivity_id, month, survey, procedure, audience, phase, channel, entry, aspect, code, other,
     count)
SELECT $1::int, $2::date, survey, procedure, audience, phase, channel, entry, aspect, code, other, count
FROM numbered
WHERE NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                  WHERE sealed.collectivity_id = $1::int AND sealed.survey = numbered.survey
                    AND sealed.month = $2::date)
ON CONFLICT (collectivity_id, month, survey, procedure, audience, phase, channel, entry, aspect, code,
             other) DO NOTHING;
