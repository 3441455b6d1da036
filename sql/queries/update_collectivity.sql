-- End a publication: the daemon sees the number grow and reads what is published again. A
-- demonstration stays one for ever.
--   $1 int   collectivity_id
--   $2 text  time zone
--   $3 bool  true: it is a demonstration from now on
-- Returns nothing.
UPDATE recueil.collectivity
SET time_zone = $2::text,
    simulated = simulated OR $3::bool,
    published_version = published_version + 1
WHERE collectivity_id = $1::int;
