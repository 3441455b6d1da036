-- Erase one submission: what is left says that it was withdrawn, and nothing else. Its month is marked
-- to be counted again where it is not the current one, which always is.
--   $1 int   collectivity_id
--   $2 uuid  id
--   $3 text  content_hash in hexadecimal: a receipt withdraws the content it was made for, no other
--   $4 uuid  a new mark, so that an aggregation under way cannot take it for one that it read
-- Returns the id for each row erased: of submission, of quarantine; none when it was erased before.
WITH found AS (
    SELECT s.collectivity_id, s.id, s.received_at
    FROM recueil.submission s
    WHERE s.collectivity_id = $1 AND s.id = $2 AND s.content_hash = decode($3, 'hex')
      AND s.state <> 'withdrawn'
    FOR UPDATE
), erased AS (
    UPDATE recueil.submission s
    SET state = 'withdrawn', version = NULL, received_at = NULL, pain_points = NULL,
        believed_pain_points = NULL, coded_pain_points = NULL, tools = NULL, calendar = NULL,
        means = NULL, training_need = NULL, actors = NULL, minutes = NULL, files_per_month = NULL,
        minutes_per_file = NULL, elapsed_days = NULL, visits = NULL, handoffs = NULL,
        satisfaction = NULL, effort = NULL, clarity = NULL, digital_comfort = NULL, rekeying = NULL,
        returned = NULL, change_readiness = NULL, survey = NULL, procedure = NULL, audience = NULL,
        phase = NULL, channel = NULL, entry = NULL, placement = NULL, language = NULL,
        preferred_channel = NULL, commune = NULL, service = NULL, completed = NULL, help = NULL
    FROM found
    WHERE s.collectivity_id = $1 AND s.collectivity_id = found.collectivity_id AND s.id = found.id
    RETURNING s.id
), removed AS (
    DELETE FROM recueil.submission_content c
    USING found
    WHERE c.collectivity_id = $1 AND c.collectivity_id = found.collectivity_id AND c.id = found.id
), marked AS (
    INSERT INTO recueil.changed_month (collectivity_id, month, mark)
    SELECT dated.collectivity_id, dated.month, $4::uuid
    FROM (
        SELECT found.collectivity_id,
               date_trunc('month', found.received_at AT TIME ZONE c.time_zone)::date AS month,
               date_trunc('month', now() AT TIME ZONE c.time_zone)::date AS current
        FROM found
        JOIN recueil.collectivity c ON c.collectivity_id = found.collectivity_id
    ) AS dated
    WHERE dated.month <> dated.current
    ON CONFLICT (collectivity_id, month, mark) DO NOTHING
), released AS (
    UPDATE recueil.quarantine q
    SET reason = 'withdrawn', "row" = NULL, content = NULL
    WHERE q.collectivity_id = $1 AND q.id = $2 AND q.content_hash = decode($3, 'hex')
      AND q.reason <> 'withdrawn'
    RETURNING q.id
)
SELECT id FROM erased
UNION ALL
SELECT id FROM released;
