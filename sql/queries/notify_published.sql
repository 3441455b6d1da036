-- Hasten the daemons' reading of what is published; they would look within 10 s.
-- Returns one row without meaning. Sent at COMMIT.
SELECT pg_notify('recueil_published', '');
