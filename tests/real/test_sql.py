# The schema and the statements against a real PostgreSQL: every statement prepares and says truly what it
# takes, the rules for a distributed schema hold, no role can do more than its part, and migrations
# survive repetition, company and strangers.
#
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import subprocess
import unittest

import support

QUERIES = os.path.join(support.ROOT, "sql/queries")
MIGRATIONS = os.path.join(support.ROOT, "sql/migrations")


def statements():
    for path in sorted(glob.glob(os.path.join(QUERIES, "*.sql"))):
        yield os.path.basename(path)[:-len(".sql")], support.read(path)


def header(text):
    """The comment before the statement."""
    return [line for line in text.split("\n")[:next(i for i, line in enumerate(text.split("\n"))
                                                     if not line.startswith("--"))]]


def documented(text):
    """Number of each parameter in the header, and its type: `--   $1 int  collectivity_id`."""
    found = {}
    for line in header(text):
        for number, kind in re.findall(r"\$(\d+) ([a-z]+(?:\[\])?)", line):
            found[int(number)] = kind
    return found


NAMES = {"int": "integer", "int[]": "integer[]", "bool": "boolean", "timestamptz": "timestamp with time zone",
         "timestamptz[]": "timestamp with time zone[]"}

# Statements over all collectivities: they say so in their header.
NATIONAL = "(national query)"

TENANT_STATEMENT_EXCEPTIONS = {
    # A batch carries its collectivities as a column and joins on it.
    "insert_submissions", "mark_changed_months", "look_up_submissions", "insert_quarantine",
    # Stores nothing, for nobody.
    "probe_storing",
    # Found by the slug, its only other key.
    "read_collectivity",
}


class Statements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")

    def test_every_statement_prepares_with_the_parameters_it_documents(self):
        texts = dict(statements())
        prepared = "".join(f"PREPARE {name} AS {text}\n" for name, text in texts.items())
        rows = self.cluster.psql(prepared + "SELECT name, parameter_types::text[] FROM pg_prepared_statements")
        self.assertEqual(sorted(name for name, _ in rows), sorted(texts))
        for name, kinds in rows:
            with self.subTest(statement=name):
                types = [kind.strip('"') for kind in kinds.strip("{}").split(",") if kind]
                said = documented(texts[name])
                self.assertEqual([NAMES.get(said.get(i + 1), said.get(i + 1)) for i in range(len(types))], types)
                self.assertEqual(sorted(said), list(range(1, len(types) + 1)))

    def test_every_statement_says_why_and_what_it_returns(self):
        for name, text in statements():
            with self.subTest(statement=name):
                lines = header(text)
                self.assertGreater(len(lines), 1)
                self.assertRegex("\n".join(lines), r"(?m)^-- Returns |\. Returns ")
                body = "\n".join(line for line in text.split("\n") if not line.startswith("--"))
                self.assertRegex(body, r"^[^;]*;\n$", "one statement a file")

    def test_no_statement_uses_what_a_distributed_schema_lacks(self):
        tenant = {table for table, kind in scope().items() if kind == "tenant"}
        for name, text in statements():
            body = "\n".join(line.split("--")[0] for line in text.split("\n"))
            with self.subTest(statement=name):
                self.assertNotRegex(body, r"(?i)\bMERGE\b|\bCOPY\b|SKIP LOCKED|nextval")
                if re.search(r"(?i)INSERT INTO[^;]*\bSELECT\b", body):
                    self.assertIn("ON CONFLICT", body)
                if any(f"recueil.{table}" in body for table in tenant) and NATIONAL not in text \
                        and name not in TENANT_STATEMENT_EXCEPTIONS:
                    self.assertRegex(body, r"collectivity_id = \$1|VALUES \(\$1::int|SELECT \$1::int")

    def test_the_rules_for_a_distributed_schema_hold(self):
        kinds = scope()
        values = ", ".join(f"('recueil.{table}'::regclass, '{kind}')" for table, kind in kinds.items())
        lint = support.read(os.path.join(support.ROOT, "tests/sql/distribution_lint.sql"))
        made = f"CREATE TEMP TABLE scope AS SELECT * FROM (VALUES {values}) AS v (rel, kind); "
        self.assertEqual(self.cluster.psql(made + lint), [])
        # The lint itself sees a breach.
        breach = ("BEGIN; CREATE TABLE recueil.stray (id serial, collectivity_id bigint, "
                  "CONSTRAINT stray_id UNIQUE (id)); ")
        made = made.replace("(VALUES ", "(VALUES ('recueil.stray'::regclass, 'tenant'), ")
        rules = {row[0].split()[0] for row in self.cluster.psql(breach + made + lint)}
        self.assertLessEqual({"R1", "R2", "R3", "R6"}, rules)

    def test_every_table_is_declared_once(self):
        tables = [row[0] for row in self.cluster.psql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'recueil' ORDER BY 1")]
        text = support.read(os.path.join(support.ROOT, "sql/citus.sql"))
        self.assertEqual(sorted(scope()), tables)
        for table in tables:
            with self.subTest(table=table):
                declared = len(re.findall(rf"(?:reference|distributed)_table\('recueil\.{table}'", text))
                self.assertEqual(declared, 0 if table == "schema_migration" else 1)


def scope():
    """What each table is, as sql/citus.sql says."""
    text = support.read(os.path.join(support.ROOT, "sql/citus.sql"))
    kinds = {table: "reference" for table in re.findall(r"create_reference_table\('recueil\.(\w+)'", text)}
    kinds.update({table: "tenant" for table in re.findall(r"create_distributed_table\('recueil\.(\w+)'", text)})
    for names in re.findall(r"Local tables[^:]*: ([a-z_, ]+)\.", text):
        kinds.update({table: "local" for table in names.split(", ")})
    return kinds


# Runs one statement as the session's role, undoes it, and keeps whether the role was allowed to.
ATTEMPT = """
DO $attempt$
BEGIN
    BEGIN
        EXECUTE $statement${sql}$statement$;
        RAISE SQLSTATE 'RQ000';
    EXCEPTION
        WHEN insufficient_privilege THEN INSERT INTO attempt VALUES ({number}, false);
        WHEN SQLSTATE 'RQ000' OR not_null_violation THEN INSERT INTO attempt VALUES ({number}, true);
    END;
END
$attempt$;
"""


class Roles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")

    def check(self, role, *expected):
        """expected: statements, each with whether the role is allowed to."""
        script = "CREATE TEMP TABLE attempt (number int, allowed bool);"
        for number, (sql, _) in enumerate(expected):
            script += ATTEMPT.replace("{sql}", sql).replace("{number}", str(number))
        rows = self.cluster.psql(script + "SELECT allowed FROM attempt ORDER BY number", role)
        self.assertEqual(len(rows), len(expected))
        for (sql, allowed), (found,) in zip(expected, rows):
            with self.subTest(role=role, sql=sql):
                self.assertEqual(found == "t", allowed)

    def test_the_daemon_stores_and_never_reads_an_answer(self):
        answers = ("pain_points", "satisfaction", "commune", "coded_pain_points", "help", "audience", "channel")
        self.check(
            "recueil_daemon",
            *((f"SELECT {column} FROM recueil.submission", False) for column in answers),
            ("SELECT content FROM recueil.submission_content", False),
            ("SELECT * FROM recueil.submission", False),
            ("SELECT * FROM recueil.rollup", False),
            ("DELETE FROM recueil.submission", False),
            ("UPDATE recueil.submission_content SET content = ''", False),
            ("INSERT INTO recueil.survey_version VALUES (1, 's', 1, 'external', 0, now(), NULL, '')", False),
            ("UPDATE recueil.bearer_key SET revoked_at = NULL", False),
            ("UPDATE recueil.collectivity SET simulated = false", False),
            ("CREATE TABLE recueil.mine (a int)", False),
            ("SELECT content FROM recueil.quarantine", False),
            ('SELECT "row" FROM recueil.quarantine', False),
            ("DELETE FROM recueil.quarantine", False),
            ("UPDATE recueil.quarantine SET id = gen_random_uuid()", False),
            ("INSERT INTO recueil.sealed_month VALUES (1, 's', '2026-10-01', now())", False),
            ("SELECT id, content_hash, state, received_at, survey, placement, procedure"
             " FROM recueil.submission WHERE collectivity_id = 1", True),
            ("UPDATE recueil.submission SET state = 'withdrawn', pain_points = NULL WHERE collectivity_id = 1"
             " AND id = gen_random_uuid()", True),
            ("DELETE FROM recueil.submission_content WHERE collectivity_id = 1 AND id = gen_random_uuid()", True),
            ("INSERT INTO recueil.changed_month VALUES (1, '2026-10-01', gen_random_uuid())"
             " ON CONFLICT (collectivity_id, month, mark) DO NOTHING", True))

    def test_the_analyst_publishes_and_reads_but_changes_no_answer(self):
        self.check(
            "recueil_analyst",
            ("SELECT * FROM recueil.submission, recueil.submission_content", True),
            ("DELETE FROM recueil.rollup", True),
            ("UPDATE recueil.survey_version SET replaced_at = now()", True),
            ("UPDATE recueil.submission SET satisfaction = 5", False),
            ("DELETE FROM recueil.submission", False),
            ("DELETE FROM recueil.submission_content", False),
            ("INSERT INTO recueil.submission (collectivity_id, id, content_hash, state)"
             " VALUES (1, gen_random_uuid(), '', 'counted')", False),
            ("SELECT * FROM recueil.quarantine", True),
            ("UPDATE recueil.quarantine SET reason = ''", False),
            ("DELETE FROM recueil.quarantine", False),
            ("UPDATE recueil.catalogue_version SET document = ''", False),
            ("UPDATE recueil.survey_version SET definition = ''", False),
            ("UPDATE recueil.survey_version SET offered_pain_points = 0", False),
            ("UPDATE recueil.survey SET class = 'internal'", False),
            ("UPDATE recueil.choice SET bit = 1", False),
            ("UPDATE recueil.pain_point SET bit = 1", False),
            ("UPDATE recueil.bearer_key SET key_hash = decode(repeat('00', 32), 'hex')", False),
            ("DELETE FROM recueil.survey_version", False),
            ("DELETE FROM recueil.pain_point", False),
            ("DELETE FROM recueil.choice", False),
            ("DELETE FROM recueil.schema_migration", False))

    def test_the_reader_reads_no_table(self):
        self.check("recueil_reader", *((f"SELECT * FROM recueil.{table}", False) for table in scope()))

    def test_each_role_may_run_its_statements(self):
        daemon = {"load_published", "read_published_version", "insert_submission", "insert_submissions",
                  "mark_changed_months", "look_up_submissions", "insert_quarantine", "probe_storing",
                  "read_withdrawal", "withdraw_submission"}
        owner = {"read_migrations", "record_migration", "read_missing_rights", "read_schema", "lock_migration",
                 "unlock_migration"}
        for role, names in (("recueil_daemon", daemon),
                            ("recueil_analyst", set(dict(statements())) - daemon - owner)):
            # With nulls nothing is found; where a null is refused, the right to insert was there.
            self.check(role, *((re.sub(r"\$\d+", "NULL", text), True) for name, text in statements()
                               if name in names))


class Migrations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)

    def setUp(self):
        self.cluster.psql("DROP SCHEMA IF EXISTS recueil CASCADE")

    def count(self):
        return len(glob.glob(os.path.join(MIGRATIONS, "*.sql")))

    def applied(self):
        return self.cluster.psql("SELECT number, name FROM recueil.schema_migration ORDER BY number")

    def test_migrating_again_changes_nothing(self):
        first = self.cluster.recueil("migrate").out.decode()
        self.assertEqual(first.count(": applied\n"), self.count())
        before = self.cluster.psql("SELECT number, name, sha256, applied_at FROM recueil.schema_migration")
        self.assertEqual(self.cluster.recueil("migrate").out, b"the schema is up to date\n")
        self.assertEqual(self.cluster.psql("SELECT number, name, sha256, applied_at FROM recueil.schema_migration"),
                         before)
        self.assertEqual([row[0] for row in self.applied()], [str(i + 1) for i in range(self.count())])

    def test_several_at_once_apply_each_migration_once(self):
        command = [os.path.join(support.BUILD, "recueil"), "migrate"]
        env = support.environment({"RECUEIL_CONFIG": self.cluster.config})
        running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(4)]
        said = b""
        for process in running:
            out, errors = process.communicate(timeout=120)
            self.assertEqual((process.returncode, errors), (0, b""))
            said += out
        self.assertEqual(said.count(b": applied\n"), self.count())
        self.assertEqual(len(self.applied()), self.count())

    def test_a_newer_schema_is_refused(self):
        self.cluster.recueil("migrate")
        self.cluster.psql("INSERT INTO recueil.schema_migration VALUES (9999, '9999_later', '\\x00', now())")
        ran = self.cluster.recueil("migrate", check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn("9999_later", ran.said)
        self.assertIn("newer", ran.said)

    def test_another_text_under_the_same_number_is_refused(self):
        self.cluster.recueil("migrate")
        self.cluster.psql("UPDATE recueil.schema_migration SET sha256 = '\\x00' WHERE number = 1")
        ran = self.cluster.recueil("migrate", check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn("0001_tables", ran.said)

    def test_a_migration_that_fails_leaves_nothing_behind(self):
        self.cluster.psql("CREATE SCHEMA recueil AUTHORIZATION recueil_owner")
        self.cluster.psql("CREATE TABLE recueil.submission (a int)", "recueil_owner")
        ran = self.cluster.recueil("migrate", check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn("submission", ran.said)
        self.assertEqual(self.cluster.psql("SELECT tablename FROM pg_tables WHERE schemaname = 'recueil'"),
                         [("submission",)])

    def test_other_commands_name_the_remedy_when_there_is_no_schema(self):
        for words in (("aggregate",), ("key", "essai"), ("export", "pain-points", "--month", "2026-10")):
            ran = self.cluster.recueil(*words, check=False)
            self.assertEqual(ran.code, 1)
            self.assertIn('run "recueil migrate"', ran.said)

    def test_other_commands_refuse_a_schema_that_is_not_theirs(self):
        self.cluster.recueil("migrate")
        for change, says in (
                ("INSERT INTO recueil.schema_migration VALUES (9999, '9999_later', '\\x00', now())", "newer"),
                (f"DELETE FROM recueil.schema_migration WHERE number >= {self.count()}", "older")):
            self.cluster.psql(change)
            for words in (("aggregate",), ("key", "essai"), ("publish", support.CASUD),
                          ("export", "pain-points", "--month", "2026-10")):
                ran = self.cluster.recueil(*words, check=False)
                self.assertEqual(ran.code, 1)
                self.assertIn(says, ran.said)

    def test_missing_rights_are_told_as_commands_for_the_administrator(self):
        self.cluster.psql("DROP ROLE recueil_reader")
        ran = self.cluster.recueil("migrate", check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn("CREATE ROLE recueil_reader LOGIN;", ran.said)
        self.assertEqual(self.cluster.psql("SELECT to_regclass('recueil.collectivity')"), [(None,)])
        self.cluster.psql("CREATE ROLE recueil_reader LOGIN")
        self.cluster.recueil("migrate")

    def test_a_database_that_is_away_is_told(self):
        self.cluster.stop()
        ran = self.cluster.recueil("migrate", check=False)
        self.cluster.start()
        self.assertEqual(ran.code, 1)
        self.assertIn("does not answer", ran.said)


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")
        cls.cluster.psql("INSERT INTO recueil.collectivity VALUES (1, 'essai', 'Indian/Reunion')")

    def version(self):
        return int(self.cluster.value("SELECT published_version FROM recueil.collectivity"))

    def test_a_key_is_shown_once_and_stored_as_its_digest(self):
        before = self.version()
        key = self.cluster.recueil("key", "bornes").out.decode()
        self.assertRegex(key, r"^rq_[A-Za-z0-9_-]{43}\n$")
        self.assertEqual(self.cluster.value("SELECT count(*) FROM recueil.bearer_key WHERE name = 'bornes'"
                                            f" AND key_hash = sha256('{key.strip()}') AND revoked_at IS NULL"), "1")
        self.assertEqual(self.version(), before + 1)
        ran = self.cluster.recueil("key", "bornes", check=False)
        self.assertEqual((ran.code, ran.out), (3, b""))
        self.assertEqual(self.version(), before + 1)

    def test_a_revoked_key_stays_revoked_and_its_name_is_taken(self):
        self.cluster.recueil("key", "ancienne")
        before = self.version()
        self.cluster.recueil("key", "ancienne", "--revoke")
        self.assertEqual(self.version(), before + 1)
        self.assertEqual(self.cluster.value(
            "SELECT count(*) FROM recueil.bearer_key WHERE name = 'ancienne' AND revoked_at IS NULL"), "0")
        for words in (("key", "ancienne", "--revoke"), ("key", "ancienne"), ("key", "inconnue", "--revoke")):
            self.assertEqual(self.cluster.recueil(*words, check=False).code, 3)
        self.assertEqual(self.version(), before + 1)

    def test_two_keys_are_never_alike(self):
        keys = {self.cluster.recueil("key", f"cle-{i}").out for i in range(3)}
        self.assertEqual(len(keys), 3)

    def test_a_name_that_does_not_fit_is_told(self):
        for name in ("", "Majuscule", "a b", "a" * 65, "é"):
            self.assertEqual(self.cluster.recueil("key", name, check=False).code, 2)


if __name__ == "__main__":
    unittest.main()
