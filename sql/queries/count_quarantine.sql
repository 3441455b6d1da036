-- How many submissions wait in the quarantine for a person to look at them (national query).
-- Returns count.
SELECT count(*) FROM recueil.quarantine WHERE reason <> 'withdrawn';
