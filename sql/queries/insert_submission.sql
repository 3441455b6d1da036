-- Store one submission of the current month: the cheapest form of insert_submissions.sql.
--   $1 int            collectivity_id        $2 uuid          id
--   $3 timestamptz    received_at            $4 bytea         content_hash
--   $5 text           state                  $6 int           version of the survey
--   $7 text           survey                 $8 text          procedure
--   $9 text           audience               $10 text         phase
--   $11 text          channel                $12 text         entry
--   $13 text          placement              $14 text         language
--   $15 bigint        pain_points            $16 bigint       believed_pain_points
--   $17 bigint        tools                  $18 bigint       calendar
--   $19 bigint        means                  $20 bigint       training_need
--   $21 bigint        actors                 $22 int          minutes
--   $23 int           files_per_month        $24 int          minutes_per_file
--   $25 int           elapsed_days           $26 int          visits
--   $27 int           handoffs               $28 int          satisfaction
--   $29 int           effort                 $30 int          clarity
--   $31 int           digital_comfort        $32 int          rekeying
--   $33 int           returned               $34 int          change_readiness
--   $35 text          preferred_channel      $36 text         commune
--   $37 text          service                $38 text         completed
--   $39 text          help                   $40 text         content
-- Returns collectivity_id and id, or no row when that id was stored before: its row and its (perhaps
-- purged) content stay.
WITH stored AS (
    INSERT INTO recueil.submission
        (collectivity_id, id, received_at, content_hash, state, version, survey, procedure,
         audience, phase, channel, entry, placement, language, pain_points, believed_pain_points,
         tools, calendar, means, training_need, actors, minutes, files_per_month, minutes_per_file,
         elapsed_days, visits, handoffs, satisfaction, effort, clarity, digital_comfort, rekeying,
         returned, change_readiness, preferred_channel, commune, service, completed, help)
    VALUES ($1::int, $2::uuid, $3::timestamptz, $4::bytea, $5::text, $6::int, $7::text, $8::text,
            $9::text, $10::text, $11::text, $12::text, $13::text, $14::text, $15::bigint, $16::bigint,
            $17::bigint, $18::bigint, $19::bigint, $20::bigint, $21::bigint, $22::int, $23::int,
            $24::int, $25::int, $26::int, $27::int, $28::int, $29::int, $30::int, $31::int, $32::int,
            $33::int, $34::int, $35::text, $36::text, $37::text, $38::text, $39::text)
    ON CONFLICT (collectivity_id, id) DO NOTHING
    RETURNING collectivity_id, id
), kept AS (
    INSERT INTO recueil.submission_content (collectivity_id, id, content)
    SELECT collectivity_id, id, $40::text FROM stored
    ON CONFLICT (collectivity_id, id) DO NOTHING
)
SELECT collectivity_id, id FROM stored;
