-- Write the times of this transaction in a collectivity's time zone.
--   $1 text  name in the tz database
-- Returns one row without meaning.
SELECT set_config('TimeZone', $1::text, true);
