-- What the spool held and `submission` cannot take: rows whose id is there with other content
-- (conflict) and rows that PostgreSQL refuses (poison). Step 1 of 3; where there is Citus, the last
-- line of sql/citus.sql follows; no links. Tenant table.
--
-- "row" is JSON text of the typed columns, content what people wrote, as received. Nothing reads this
-- table but an analyst, and `recueil audit`, which counts its ids. A withdrawn row keeps its key.
CREATE TABLE recueil.quarantine (
    collectivity_id int   NOT NULL,
    id              uuid  NOT NULL,
    content_hash    bytea NOT NULL,
    reason          text  NOT NULL, -- 'withdrawn' once it was
    day             date  NOT NULL, -- when it came here
    "row"           text,           -- null once withdrawn
    content         bytea,          -- null once withdrawn; bytes, since text is what may be refused
    CONSTRAINT quarantine_key PRIMARY KEY (collectivity_id, id, content_hash)
);

-- The daemon adds and withdraws, and never reads an answer. ON CONFLICT reads the columns of the key.
GRANT INSERT, UPDATE (reason, "row", content), SELECT (collectivity_id, id, content_hash, reason)
    ON recueil.quarantine TO recueil_daemon;
GRANT SELECT ON recueil.quarantine TO recueil_analyst;

-- A withdrawal asks whether the month still holds anything that is the person's.
GRANT SELECT (collectivity_id, survey, month) ON recueil.sealed_month TO recueil_daemon;
