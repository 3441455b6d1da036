-- All that is published, for the daemon: one row a document (config/edition.h, struct published_row).
-- Versions of surveys stay for 8 days after they were replaced: an open form is judged by its own
-- for 7. For these, the bits of pain points that left pain-points.csv are among the choices.
-- (national query)
-- Returns collectivity_id, kind, survey or name, version, replaced_at in microseconds (0: current),
-- document.
SELECT c.collectivity_id, 'collectivity' AS kind, c.slug AS survey, v.version, 0::bigint AS replaced_us,
       json_build_object('simulated', c.simulated, 'file', v.document::json)::text AS document
FROM recueil.collectivity c
JOIN recueil.collectivity_version v ON v.collectivity_id = c.collectivity_id
WHERE NOT EXISTS (SELECT FROM recueil.collectivity_version later
                  WHERE later.collectivity_id = v.collectivity_id AND later.version > v.version)
UNION ALL
SELECT v.collectivity_id, 'catalogue', '', v.version, 0, v.document
FROM recueil.catalogue_version v
WHERE NOT EXISTS (SELECT FROM recueil.catalogue_version later
                  WHERE later.collectivity_id = v.collectivity_id AND later.version > v.version)
UNION ALL
SELECT collectivity_id, 'choices', '', 0, 0, json_object_agg(measure, codes)::text
FROM (SELECT collectivity_id, measure, json_object_agg(code, bit) AS codes
      FROM (SELECT collectivity_id, measure, code, bit FROM recueil.choice
            UNION ALL
            SELECT collectivity_id, 'pain_points', code, bit
            FROM recueil.pain_point WHERE NOT listed) AS given
      GROUP BY collectivity_id, measure) AS measures
GROUP BY collectivity_id
UNION ALL
SELECT s.collectivity_id, 'survey', s.survey, v.version,
       coalesce((extract(epoch FROM v.replaced_at) * 1000000)::bigint, 0), v.definition
FROM recueil.survey s
JOIN recueil.survey_version v ON v.collectivity_id = s.collectivity_id AND v.survey = s.survey
WHERE s.listed AND (v.replaced_at IS NULL OR v.replaced_at > now() - interval '8 days')
UNION ALL
SELECT collectivity_id, 'key', name, 0, 0, encode(key_hash, 'hex')
FROM recueil.bearer_key
WHERE revoked_at IS NULL;
