-- The pain points of a month: for each procedure and each group of people, every code that they were
-- asked about, and how many named it (ticked, or coded from their own words).
--   $1 int   collectivity_id
--   $2 date  first day of the month
-- Returns procedure, its label and service, audience (each one present, then external, internal, all),
-- respondents, pain point, its label and nature, mentions; in the order of the catalogue, of the
-- audiences and of the bits, `other` last. Answers that name no procedure are in no row; those that
-- name no audience only in their class and in all.
WITH sums AS (
    SELECT r.procedure, r.audience, r.class, c.place - 1 AS bit, sum(c.asked) AS asked,
           sum(c.mentioned + c.coded) AS mentions
    FROM recueil.rollup r,
        LATERAL unnest(r.pain_asked, r.mentions, r.coded)
            WITH ORDINALITY AS c (asked, mentioned, coded, place)
    WHERE r.collectivity_id = $1::int AND r.month = $2::date AND r.procedure <> '-'
    GROUP BY r.procedure, r.audience, r.class, c.place
    HAVING sum(c.asked) > 0
), groups AS (
    SELECT procedure, g.audience, bit, sum(asked) AS asked, sum(mentions) AS mentions
    FROM sums, LATERAL (VALUES (sums.audience), (sums.class), ('all')) AS g (audience)
    WHERE g.audience <> '-'
    GROUP BY procedure, g.audience, bit
)
SELECT g.procedure,
       CASE g.procedure WHEN 'other' THEN 'Démarche hors catalogue' ELSE coalesce(p.label, '') END,
       coalesce(p.service, ''), g.audience, g.asked, b.code, b.label, b.nature, g.mentions
FROM groups g
JOIN recueil.pain_point b ON b.collectivity_id = $1::int AND b.bit = g.bit
LEFT JOIN recueil.procedure p ON p.collectivity_id = $1::int AND p.code = g.procedure
ORDER BY g.procedure = 'other', NOT coalesce(p.listed, false), p.position, g.procedure,
         array_position(ARRAY['citizen', 'applicant', 'beneficiary', 'elected', 'agent', 'partner',
                              'external', 'internal', 'all'], g.audience),
         g.bit;
