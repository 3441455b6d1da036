-- Everything the first Recueil keeps. Step 1 of 3 (tables; then sql/citus.sql where there is Citus;
-- then 0002_links.sql). Rules held by tests/sql: a tenant table has collectivity_id int first in its
-- primary key, names all its constraints, and has no trigger, sequence or rule.
--
-- Reference tables: collectivity. Local: schema_migration. All others are tenant tables.

CREATE SCHEMA IF NOT EXISTS recueil;

-- The migrations applied; sha256 is that of the file, so that a changed file is noticed.
CREATE TABLE recueil.schema_migration (
    number     int         NOT NULL,
    name       text        NOT NULL,
    sha256     bytea       NOT NULL,
    applied_at timestamptz NOT NULL,
    CONSTRAINT schema_migration_key PRIMARY KEY (number)
);

-- Roles belong to the whole cluster; an administrator may have made them before.
DO $roles$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['recueil_daemon', 'recueil_analyst', 'recueil_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
    END LOOP;
END
$roles$;

GRANT USAGE ON SCHEMA recueil TO recueil_daemon, recueil_analyst;

-- Who is served here. published_version grows with every publication and every key: the daemon reads
-- it to know that something changed.
CREATE TABLE recueil.collectivity (
    collectivity_id   int     NOT NULL,
    slug              text    NOT NULL,
    time_zone         text    NOT NULL,
    simulated         boolean NOT NULL DEFAULT false,
    published_version int     NOT NULL DEFAULT 0,
    CONSTRAINT collectivity_key PRIMARY KEY (collectivity_id),
    CONSTRAINT collectivity_slug UNIQUE (slug)
);

-- Published files, immutable. document is JSON text made by `recueil publish`.
CREATE TABLE recueil.collectivity_version (
    collectivity_id int         NOT NULL,
    version         int         NOT NULL,
    published_at    timestamptz NOT NULL,
    document        text        NOT NULL,
    CONSTRAINT collectivity_version_key PRIMARY KEY (collectivity_id, version)
);

CREATE TABLE recueil.catalogue_version (
    collectivity_id int         NOT NULL,
    version         int         NOT NULL,
    published_at    timestamptz NOT NULL,
    document        text        NOT NULL,
    CONSTRAINT catalogue_version_key PRIMARY KEY (collectivity_id, version)
);

-- The catalogue as published last. An entry that left the files stays, not listed: old answers name it.
CREATE TABLE recueil.procedure (
    collectivity_id int     NOT NULL,
    code            text    COLLATE "C" NOT NULL,
    position        int     NOT NULL,
    listed          boolean NOT NULL,
    label           text    NOT NULL,
    service         text    NOT NULL,
    owner           text    NOT NULL,
    audiences       text[]  NOT NULL,
    channels        text[]  NOT NULL,
    volume_per_year int,
    deadline_days   int,
    online_url      text    NOT NULL,
    theme           text    NOT NULL,
    CONSTRAINT procedure_key PRIMARY KEY (collectivity_id, code)
);

CREATE TABLE recueil.pain_point (
    collectivity_id int      NOT NULL,
    code            text     COLLATE "C" NOT NULL,
    bit             smallint NOT NULL,
    position        int      NOT NULL,
    listed          boolean  NOT NULL,
    nature          text     NOT NULL,
    audience        text     NOT NULL,
    short_label     text     NOT NULL,
    label           text     NOT NULL,
    label_rcf       text     NOT NULL,
    help            text     NOT NULL,
    CONSTRAINT pain_point_key PRIMARY KEY (collectivity_id, code),
    CONSTRAINT pain_point_bit UNIQUE (collectivity_id, bit),
    CONSTRAINT pain_point_bit_range CHECK (bit BETWEEN 0 AND 62)
);

CREATE TABLE recueil.commune (
    collectivity_id int     NOT NULL,
    code            text    COLLATE "C" NOT NULL,
    position        int     NOT NULL,
    listed          boolean NOT NULL,
    label           text    NOT NULL,
    population      int,
    CONSTRAINT commune_key PRIMARY KEY (collectivity_id, code)
);

CREATE TABLE recueil.service (
    collectivity_id int     NOT NULL,
    code            text    COLLATE "C" NOT NULL,
    position        int     NOT NULL,
    listed          boolean NOT NULL,
    label           text    NOT NULL,
    staff           int,
    CONSTRAINT service_key PRIMARY KEY (collectivity_id, code)
);

-- The bit of each code in the masks of `submission`; given once, never reused, shared by surveys.
CREATE TABLE recueil.choice (
    collectivity_id int      NOT NULL,
    measure         text     COLLATE "C" NOT NULL,
    code            text     COLLATE "C" NOT NULL,
    bit             smallint NOT NULL,
    CONSTRAINT choice_key PRIMARY KEY (collectivity_id, measure, code),
    CONSTRAINT choice_bit UNIQUE (collectivity_id, measure, bit),
    CONSTRAINT choice_bit_range CHECK (bit BETWEEN 0 AND 62)
);

CREATE TABLE recueil.survey (
    collectivity_id int     NOT NULL,
    survey          text    COLLATE "C" NOT NULL,
    class           text    NOT NULL,
    current_version int     NOT NULL,
    listed          boolean NOT NULL,
    CONSTRAINT survey_key PRIMARY KEY (collectivity_id, survey),
    CONSTRAINT survey_class CHECK (class IN ('external', 'internal'))
);

-- offered_pain_points: the mask of the codes that this version's question shows; it decides who was
-- asked about a code.
CREATE TABLE recueil.survey_version (
    collectivity_id     int         NOT NULL,
    survey              text        COLLATE "C" NOT NULL,
    version             int         NOT NULL,
    class               text        NOT NULL,
    offered_pain_points bigint      NOT NULL,
    published_at        timestamptz NOT NULL,
    replaced_at         timestamptz,
    definition          text        NOT NULL,
    CONSTRAINT survey_version_key PRIMARY KEY (collectivity_id, survey, version)
);

CREATE TABLE recueil.bearer_key (
    collectivity_id int         NOT NULL,
    name            text        NOT NULL,
    key_hash        bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    CONSTRAINT bearer_key_key PRIMARY KEY (collectivity_id, name),
    CONSTRAINT bearer_key_hash_size CHECK (octet_length(key_hash) = 32)
);

-- One filled-in form, narrow: what figures read. Wide columns first (no padding). Texts are words of
-- config/vocabulary.c or codes of the catalogue: the daemon checked them, so no foreign key and no
-- CHECK costs time here. A measure that was not asked or not answered is null; a mask of 0 says
-- "asked, and nothing". A withdrawn submission keeps id, content_hash and state.
CREATE TABLE recueil.submission (
    collectivity_id      int         NOT NULL,
    version              int,
    received_at          timestamptz,
    pain_points          bigint,
    believed_pain_points bigint,
    coded_pain_points    bigint,
    tools                bigint,
    calendar             bigint,
    means                bigint,
    training_need        bigint,
    actors               bigint,
    minutes              int,
    files_per_month      int,
    minutes_per_file     int,
    elapsed_days         int,
    visits               smallint,
    handoffs             smallint,
    satisfaction         smallint,
    effort               smallint,
    clarity              smallint,
    digital_comfort      smallint,
    rekeying             smallint,
    returned             smallint,
    change_readiness     smallint,
    id                   uuid        NOT NULL,
    content_hash         bytea       NOT NULL,
    survey               text        COLLATE "C",
    procedure            text        COLLATE "C",
    audience             text        COLLATE "C",
    phase                text        COLLATE "C",
    channel              text        COLLATE "C",
    entry                text        COLLATE "C",
    placement            text        COLLATE "C",
    language             text        COLLATE "C",
    state                text        COLLATE "C" NOT NULL,
    preferred_channel    text        COLLATE "C",
    commune              text        COLLATE "C",
    service              text        COLLATE "C",
    completed            text        COLLATE "C",
    help                 text        COLLATE "C",
    CONSTRAINT submission_key PRIMARY KEY (collectivity_id, id)
);

-- A month's rows of one collectivity. BRIN would be smaller where one collectivity fills the table in
-- the order of time; where many share it, only this keeps "reads only the month's rows" true.
CREATE INDEX submission_received ON recueil.submission (collectivity_id, received_at);

-- What people wrote, as received. Deleted by retention and withdrawal; figures never need it.
CREATE TABLE recueil.submission_content (
    collectivity_id int  NOT NULL,
    id              uuid NOT NULL,
    content         text NOT NULL,
    CONSTRAINT submission_content_key PRIMARY KEY (collectivity_id, id)
);

-- Months outside the current one that somebody wrote into since they were last aggregated.
CREATE TABLE recueil.changed_month (
    collectivity_id int  NOT NULL,
    month           date NOT NULL,
    mark            uuid NOT NULL,
    CONSTRAINT changed_month_key PRIMARY KEY (collectivity_id, month, mark)
);

-- Months whose submissions retention has deleted: never recomputed.
CREATE TABLE recueil.sealed_month (
    collectivity_id int         NOT NULL,
    survey          text        COLLATE "C" NOT NULL,
    month           date        NOT NULL,
    sealed_at       timestamptz NOT NULL,
    CONSTRAINT sealed_month_key PRIMARY KEY (collectivity_id, survey, month)
);

-- A month's sufficient statistics: every column is additive, so that a quarter or a total is a sum of
-- rows. A key part that was not said is '-'. Histograms are arrays; the edges of their bins are those
-- of analytics/assessment/rollup.h. pain_asked[i + 1], mentions[i + 1], coded[i + 1] speak of bit i.
CREATE TABLE recueil.rollup (
    collectivity_id       int    NOT NULL,
    month                 date   NOT NULL,
    survey                text   COLLATE "C" NOT NULL,
    procedure             text   COLLATE "C" NOT NULL,
    audience              text   COLLATE "C" NOT NULL,
    phase                 text   COLLATE "C" NOT NULL,
    channel               text   COLLATE "C" NOT NULL,
    entry                 text   COLLATE "C" NOT NULL,
    class                 text   NOT NULL,
    respondents           int    NOT NULL, -- n
    satisfaction          int[]  NOT NULL, -- 1 to 5
    effort                int[]  NOT NULL, -- 1 to 5
    clarity               int[]  NOT NULL, -- 1 to 5
    digital_comfort       int[]  NOT NULL, -- 1 to 4
    change_readiness      int[]  NOT NULL, -- 1 to 4
    completion            int[]  NOT NULL, -- alone, helped, given up
    minutes               int[]  NOT NULL, -- bins
    minutes_sum           bigint NOT NULL, -- of minutes, each at most 480
    visits                int[]  NOT NULL, -- 0 1 2 3 4, 5 and more
    visits_sum            bigint NOT NULL, -- of visits, each at most 10
    preferred_channel     int[]  NOT NULL, -- online desk phone mail home
    asked                 int    NOT NULL, -- answered the question on pain points
    in_pain               int    NOT NULL, -- of these, at least one counted in mentions or coded
    excluded              int    NOT NULL,
    pain_asked            int[]  NOT NULL, -- 63: of these, by a version that offers the code
    mentions              int[]  NOT NULL, -- 63: ticked
    coded                 int[]  NOT NULL, -- 63: of pain_asked, coded from free text and not ticked
    believed_asked        int    NOT NULL,
    files_per_month       int[]  NOT NULL, -- the values, sorted
    minutes_per_file      int[]  NOT NULL, -- bins
    minutes_per_file_sum  bigint NOT NULL,
    elapsed_days          int[]  NOT NULL, -- bins
    elapsed_days_sum      bigint NOT NULL,
    rekeying              int[]  NOT NULL, -- 0 to 10
    returned              int[]  NOT NULL, -- 0 to 10
    handoffs              int[]  NOT NULL, -- 0 to 9, 10 and more
    CONSTRAINT rollup_key PRIMARY KEY
        (collectivity_id, month, survey, procedure, audience, phase, channel, entry)
);

-- The sparse part of the same month: how often each code was given. aspect: actors (code: step's bit,
-- other: actor's bit), tools, calendar, means, training_need, believed_pain_points (code: bit, other:
-- -1), rekeyed_tools (pairs code < other among answers with re-keying above 0), each with a row of code
-- and other -1: how many answered at all; completed_help (places in the vocabulary's lists, -1: not
-- said; only answers that said one of the two).
CREATE TABLE recueil.rollup_detail (
    collectivity_id int      NOT NULL,
    month           date     NOT NULL,
    survey          text     COLLATE "C" NOT NULL,
    procedure       text     COLLATE "C" NOT NULL,
    audience        text     COLLATE "C" NOT NULL,
    phase           text     COLLATE "C" NOT NULL,
    channel         text     COLLATE "C" NOT NULL,
    entry           text     COLLATE "C" NOT NULL,
    aspect          text     COLLATE "C" NOT NULL,
    code            smallint NOT NULL,
    other           smallint NOT NULL,
    count           int      NOT NULL,
    CONSTRAINT rollup_detail_key PRIMARY KEY
        (collectivity_id, month, survey, procedure, audience, phase, channel, entry, aspect, code,
         other)
);

-- All procedures together, by commune ('commune') or service ('service'). By survey, because
-- retention seals a month survey by survey: what is sealed stays, the rest is computed again.
CREATE TABLE recueil.rollup_partition (
    collectivity_id int   NOT NULL,
    month           date  NOT NULL,
    survey          text  COLLATE "C" NOT NULL,
    partition       text  COLLATE "C" NOT NULL,
    code            text  COLLATE "C" NOT NULL,
    class           text  NOT NULL,
    respondents     int   NOT NULL,
    satisfaction    int[] NOT NULL, -- 1 to 5
    asked           int   NOT NULL,
    in_pain         int   NOT NULL,
    excluded        int   NOT NULL, -- 0 in internal surveys
    training_need   int[] NOT NULL, -- 63
    CONSTRAINT rollup_partition_key PRIMARY KEY (collectivity_id, month, survey, partition, code)
);

-- How many submissions a month holds that figures leave out, by state.
CREATE TABLE recueil.rollup_left_out (
    collectivity_id int  NOT NULL,
    month           date NOT NULL,
    survey          text COLLATE "C" NOT NULL,
    procedure       text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    count           int  NOT NULL,
    CONSTRAINT rollup_left_out_key PRIMARY KEY (collectivity_id, month, survey, procedure, state)
);

-- The daemon stores and never reads an answer. The analyst publishes, aggregates and exports.
GRANT SELECT ON recueil.schema_migration TO recueil_daemon, recueil_analyst;
GRANT SELECT ON recueil.collectivity, recueil.collectivity_version, recueil.catalogue_version,
    recueil.choice, recueil.survey, recueil.survey_version, recueil.bearer_key
    TO recueil_daemon;
GRANT SELECT (collectivity_id, code, bit, listed) ON recueil.pain_point TO recueil_daemon;
GRANT INSERT ON recueil.submission, recueil.submission_content, recueil.changed_month
    TO recueil_daemon;
GRANT SELECT (collectivity_id, id, content_hash, state, received_at, survey, placement, procedure),
    UPDATE ON recueil.submission TO recueil_daemon;
GRANT SELECT (collectivity_id, id), DELETE ON recueil.submission_content TO recueil_daemon;
-- ON CONFLICT reads the columns that it names.
GRANT SELECT (collectivity_id, month, mark) ON recueil.changed_month TO recueil_daemon;

-- What is immutable (versions, bits, keys' digests) cannot be updated, only what publishing changes.
GRANT SELECT, INSERT ON recueil.collectivity, recueil.procedure, recueil.pain_point,
    recueil.commune, recueil.service, recueil.choice, recueil.survey, recueil.survey_version,
    recueil.bearer_key
    TO recueil_analyst;
GRANT UPDATE (time_zone, simulated, published_version) ON recueil.collectivity TO recueil_analyst;
GRANT UPDATE (position, listed, label, service, owner, audiences, channels, volume_per_year,
              deadline_days, online_url, theme)
    ON recueil.procedure TO recueil_analyst;
GRANT UPDATE (position, listed, nature, audience, short_label, label, label_rcf, help)
    ON recueil.pain_point TO recueil_analyst;
GRANT UPDATE (position, listed, label, population) ON recueil.commune TO recueil_analyst;
GRANT UPDATE (position, listed, label, staff) ON recueil.service TO recueil_analyst;
GRANT UPDATE (current_version, listed) ON recueil.survey TO recueil_analyst;
GRANT UPDATE (replaced_at) ON recueil.survey_version TO recueil_analyst;
GRANT UPDATE (revoked_at) ON recueil.bearer_key TO recueil_analyst;
GRANT SELECT, INSERT ON recueil.collectivity_version, recueil.catalogue_version TO recueil_analyst;
GRANT SELECT ON recueil.submission, recueil.submission_content, recueil.sealed_month
    TO recueil_analyst;
GRANT SELECT, INSERT, UPDATE, DELETE ON recueil.changed_month, recueil.rollup,
    recueil.rollup_detail, recueil.rollup_partition, recueil.rollup_left_out
    TO recueil_analyst;
