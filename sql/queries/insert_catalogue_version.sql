-- Publish a catalogue.
--   $1 int   collectivity_id
--   $2 int   version
--   $3 text  document, JSON
-- Returns nothing.
INSERT INTO recueil.catalogue_version (collectivity_id, version, published_at, document)
VALUES ($1::int, $2::int, now(), $3::text);
