-- Can a submission be stored? Takes the locks and needs the rights of insert_submissions.sql, and stores
-- nothing. A server that only reads, a locked table and a missing right fail here, not with an answer in
-- hand.
-- Returns no row.
WITH stored AS (
    INSERT INTO recueil.submission (collectivity_id, id, received_at, content_hash, state, version,
                                    survey, procedure, audience, phase, channel, entry, placement,
                                    language)
    SELECT 0, gen_random_uuid(), now(), '', '', 0, '', '', '', '', '', '', '', ''
    WHERE false
    ON CONFLICT (collectivity_id, id) DO NOTHING
    RETURNING collectivity_id, id
)
INSERT INTO recueil.submission_content (collectivity_id, id, content)
SELECT collectivity_id, id, '' FROM stored
ON CONFLICT (collectivity_id, id) DO NOTHING;
