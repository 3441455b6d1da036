-- Who is published here, for the commands to choose from. (national query)
-- Returns collectivity_id, slug, time_zone, simulated, in the order of slugs.
SELECT collectivity_id, slug, time_zone, simulated
FROM recueil.collectivity
ORDER BY slug;
