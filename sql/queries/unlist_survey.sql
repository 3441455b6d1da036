-- Take a survey off the list: its file is gone, its answers stay.
--   $1 int   collectivity_id
--   $2 text  survey
-- Returns nothing.
UPDATE recueil.survey SET listed = false WHERE collectivity_id = $1::int AND survey = $2::text;
