-- The one table of the peers and of pgbench, with the two indexes that such an application has.
CREATE TABLE submission (
    id uuid PRIMARY KEY,
    procedure text NOT NULL,
    audience text NOT NULL,
    channel text NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT now(),
    answers jsonb NOT NULL
);
CREATE INDEX submission_procedure ON submission (procedure, submitted_at);
