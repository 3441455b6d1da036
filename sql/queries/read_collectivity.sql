-- What is published of one collectivity, to be compared with its files. (the slug stands for its id)
--   $1 text  slug
-- Returns one row: collectivity_id, time_zone, simulated, whether it has any submission, the newest
-- version and document of its file, the same of its catalogue (0 and null: none yet).
SELECT c.collectivity_id, c.time_zone, c.simulated,
       EXISTS (SELECT FROM recueil.submission s WHERE s.collectivity_id = c.collectivity_id),
       coalesce(file.version, 0), file.document, coalesce(catalogue.version, 0), catalogue.document
FROM recueil.collectivity c
LEFT JOIN LATERAL (
    SELECT v.version, v.document
    FROM recueil.collectivity_version v
    WHERE v.collectivity_id = c.collectivity_id
    ORDER BY v.version DESC
    LIMIT 1
) AS file ON true
LEFT JOIN LATERAL (
    SELECT v.version, v.document
    FROM recueil.catalogue_version v
    WHERE v.collectivity_id = c.collectivity_id
    ORDER BY v.version DESC
    LIMIT 1
) AS catalogue ON true
WHERE c.slug = $1::text;
