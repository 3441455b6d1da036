-- Did anything change since the daemon read what is published? (national query)
-- Returns one number that grows with every publication and every key of any collectivity.
SELECT coalesce(sum(published_version), 0)::bigint FROM recueil.collectivity;
