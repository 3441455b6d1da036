-- Write an entry of the catalogue as its file has it.
--   $1 int     collectivity_id
--   $2 text    code
--   $3 int     its line in the file, from 0
--   $4 text    label
--   $5 text    service
--   $6 text    owner
--   $7 text[]  audiences
--   $8 text[]  channels
--   $9 int     volume a year, or null
--   $10 int     deadline in days, or null
--   $11 text    address online, or empty
--   $12 text    theme
-- Returns nothing.
INSERT INTO recueil.procedure
    (collectivity_id, code, position, label, service, owner, audiences, channels,
     volume_per_year, deadline_days, online_url, theme, listed)
VALUES ($1::int, $2::text, $3::int, $4::text, $5::text, $6::text, $7::text[], $8::text[],
        $9::int, $10::int, $11::text, $12::text, true)
ON CONFLICT (collectivity_id, code) DO UPDATE
SET position = excluded.position,
    label = excluded.label,
    service = excluded.service,
    owner = excluded.owner,
    audiences = excluded.audiences,
    channels = excluded.channels,
    volume_per_year = excluded.volume_per_year,
    deadline_days = excluded.deadline_days,
    online_url = excluded.online_url,
    theme = excluded.theme,
    listed = excluded.listed;
