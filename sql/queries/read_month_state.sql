-- Do the figures of a month speak of all its submissions? Surveys whose month is sealed are left out:
-- theirs are final.
--   $1 int          collectivity_id
--   $2 date         first day of the month
--   $3 timestamptz  the first instant in it, and
--   $4 timestamptz  the first one after it, in the collectivity's time zone
-- Returns one row: counted submissions, those that the rollup holds, marks of later changes.
SELECT (SELECT count(*)
        FROM recueil.submission s
        WHERE s.collectivity_id = $1::int AND s.received_at >= $3::timestamptz
          AND s.received_at < $4::timestamptz AND s.state = 'counted'
          AND NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                          WHERE sealed.collectivity_id = $1::int AND sealed.survey = s.survey
                            AND sealed.month = $2::date)),
       (SELECT coalesce(sum(r.respondents), 0)
        FROM recueil.rollup r
        WHERE r.collectivity_id = $1::int AND r.month = $2::date
          AND NOT EXISTS (SELECT FROM recueil.sealed_month sealed
                          WHERE sealed.collectivity_id = $1::int AND sealed.survey = r.survey
                            AND sealed.month = $2::date)),
       (SELECT count(*)
        FROM recueil.changed_month
        WHERE collectivity_id = $1::int AND month = $2::date);
