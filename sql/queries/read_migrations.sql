-- The migrations applied so far, to be compared with those that the program holds.
-- Returns number, name and the SHA-256 of the text in hexadecimal, in order.
SELECT number, name, encode(sha256, 'hex')
FROM recueil.schema_migration
ORDER BY number;
