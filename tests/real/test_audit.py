# recueil audit and recueil status against a real daemon and a real PostgreSQL; where something must answer
# wrongly, against a small server that does.
#
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.server
import json
import os
import shutil
import socket
import stat
import subprocess
import threading
import unittest
import urllib.request

import support


@contextlib.contextmanager
def answering(replies):
    """A server at a free port: replies maps the path and query to (status, body). Yields its address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = replies.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def item(submission_id, content_hash, place="waiting"):
    return {"collectivity": 1, "id": submission_id, "hash": content_hash, "place": place,
            "received_at": "2026-10-05T05:30:00.000000Z"}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster()
        text = support.read(cls.cluster.config)
        assert "admin_listen = 127.0.0.1:0\n" in text
        cls.admin = f"127.0.0.1:{support.free_port()}"
        support.write(cls.cluster.config, text.replace("admin_listen = 127.0.0.1:0", f"admin_listen = {cls.admin}")
                      + "hold_limit = 2s\n")
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")
        cls.files = support.casud_copy()
        cls.addClassCleanup(shutil.rmtree, os.path.dirname(cls.files))
        cls.cluster.publish(cls.files)
        cls.state = os.path.join(cls.cluster.folder, "state")

    def setUp(self):
        self.cluster.psql("TRUNCATE recueil.submission, recueil.submission_content, recueil.quarantine")
        for name in os.listdir(self.state):
            if name != "published.json":
                shutil.rmtree(os.path.join(self.state, name))
        self.daemon = support.Daemon(self.cluster).start()
        self.addCleanup(self.end)
        self.until_database_up()

    def end(self):
        if self.daemon.pid() is not None:
            self.daemon.stop()

    def until_database_up(self):
        def asked():
            with urllib.request.urlopen(f"http://{self.admin}/status", timeout=10) as reply:
                return json.load(reply)["database_up"]
        support.until(asked, "recueild stores in PostgreSQL")

    def send(self, status=201, daemon=None, **changes):
        submission = support.citizen(**changes)
        got, _, reply = (daemon or self.daemon).submit(submission)
        self.assertEqual(got, status, reply)
        return submission, reply["receipt"]

    def audit(self, *words, code=0, env=None):
        """What recueil audit --json says; with the table told once more beside it."""
        ran = self.cluster.recueil("audit", "--json", *words, check=False, env=env)
        self.assertEqual(ran.code, code, ran.said)
        return json.loads(ran.out)

    def counts(self, *words, code=0, env=None):
        return {name: value for name, value in self.audit(*words, code=code, env=env).items()
                if name != "trouble" and value != 0}

    def hash_of(self, submission_id):
        return self.cluster.value("SELECT encode(content_hash, 'hex') FROM recueil.submission"
                                  f" WHERE id = '{submission_id}'")

    @contextlib.contextmanager
    def storing_refused(self):
        """PostgreSQL answers, and takes no submission."""
        self.cluster.psql("REVOKE INSERT ON recueil.submission FROM recueil_daemon")
        try:
            yield
        finally:
            self.cluster.psql("GRANT INSERT ON recueil.submission TO recueil_daemon")

    def until_drained(self, count):
        support.until(lambda: self.cluster.value(
            "SELECT (SELECT count(*) FROM recueil.submission) + (SELECT count(*) FROM recueil.quarantine)")
            == str(count), "the spool is drained")


class Audit(Case):
    def test_nothing_was_acknowledged_yet(self):
        self.assertEqual(self.counts(), {})

    def test_what_is_stored_adds_up_and_a_repetition_counts_once(self):
        submission, _ = self.send()
        self.send()
        self.assertEqual(self.daemon.submit(submission)[0], 200)
        self.assertEqual(self.counts(), {"acknowledged": 2, "stored": 2})
        ran = self.cluster.recueil("audit")
        self.assertRegex(ran.out.decode(), r"(?m)^acknowledged +2$")
        self.assertRegex(ran.out.decode(), r"(?m)^stored +2  in PostgreSQL$")
        self.assertRegex(ran.out.decode(), r"(?m)^missing +0  nowhere$")
        self.assertIn(f"{self.cluster.config}: 3 records", ran.out.decode())
        self.assertIn("told by recueild", ran.out.decode())

    def test_a_lost_row_is_named(self):
        lost, _ = self.send()
        self.send()
        its_hash = self.hash_of(lost["id"])
        self.cluster.psql(f"DELETE FROM recueil.submission WHERE id = '{lost['id']}'")
        said = self.audit(code=1)
        day, = os.listdir(os.path.join(self.state, "acknowledged"))
        self.assertEqual((said["acknowledged"], said["stored"], said["missing"]), (2, 1, 1))
        self.assertEqual(said["trouble"],
                         [{"id": lost["id"], "day": day, "hash": its_hash[:8], "place": "missing"}])
        ran = self.cluster.recueil("audit", check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn(f"missing: {lost['id']}, acknowledged {day}, hash {its_hash[:8]}\n", ran.out.decode())
        self.assertIn("1 of 2 acknowledged submissions", ran.said)

    def test_of_many_lost_rows_twenty_are_named(self):
        for _ in range(23):
            self.send()
        self.cluster.psql("TRUNCATE recueil.submission")
        said = self.audit(code=1)
        self.assertEqual((said["missing"], len(said["trouble"])), (23, 20))
        ran = self.cluster.recueil("audit", check=False)
        self.assertEqual(ran.out.decode().count("missing: "), 20)
        self.assertIn("and 3 more", ran.out.decode())

    def test_other_content_under_the_id_is_no_replacement(self):
        submission, _ = self.send()
        self.cluster.psql("UPDATE recueil.submission SET content_hash = decode(repeat('00', 16), 'hex')")
        said = self.audit(code=1)
        self.assertEqual((said["replaced"], said["missing"], said["stored"]), (1, 0, 0))
        self.assertEqual([entry["id"] for entry in said["trouble"]], [submission["id"]])

    def test_what_was_withdrawn_adds_up(self):
        submission, receipt = self.send()
        self.send()
        self.cluster.recueil("withdraw", submission["id"], receipt)
        self.assertEqual(self.counts(), {"acknowledged": 2, "stored": 1, "withdrawn": 1})

    def test_what_waits_in_the_spool_of_a_running_daemon_adds_up(self):
        with self.storing_refused():
            for _ in range(3):
                self.send(202)
            self.assertEqual(self.counts(), {"acknowledged": 3, "waiting": 3})
        self.until_drained(3)
        self.assertEqual(self.counts(), {"acknowledged": 3, "stored": 3})

    def test_what_waits_in_the_spool_while_no_daemon_runs_adds_up(self):
        with self.storing_refused():
            self.send(202)
            self.daemon.stop()
        self.assertEqual(self.counts(), {"acknowledged": 1, "waiting": 1})
        self.assertIn("no recueild runs", self.cluster.recueil("audit").out.decode())
        self.daemon.start()
        self.until_drained(1)
        self.assertEqual(self.counts(), {"acknowledged": 1, "stored": 1})

    def test_what_was_quarantined_adds_up_and_may_be_withdrawn(self):
        submission, _ = self.send()
        self.cluster.stop()
        other = {**submission, "channel": "online"}
        status, _, reply = self.daemon.submit(other)
        self.cluster.start()
        self.assertEqual(status, 202, reply)
        self.until_drained(2)
        self.assertEqual(self.counts(), {"acknowledged": 2, "stored": 1, "quarantined": 1})
        self.cluster.recueil("withdraw", submission["id"], reply["receipt"])
        self.assertEqual(self.counts(), {"acknowledged": 2, "stored": 1, "withdrawn": 1})
        self.assertEqual(self.cluster.psql("SELECT reason, \"row\", content FROM recueil.quarantine"),
                         [("withdrawn", None, None)])

    def test_another_process_counts_where_its_settings_are_given(self):
        state = os.path.join(self.cluster.folder, "other")
        os.mkdir(state, 0o700)
        self.addCleanup(shutil.rmtree, state)
        config = os.path.join(self.cluster.folder, "other.conf")
        support.write(config, support.read(self.cluster.config).replace(self.state, state)
                      .replace(self.admin, f"127.0.0.1:{support.free_port()}"))
        port = support.free_port()
        env = support.environment({"RECUEIL_LISTEN": f"127.0.0.1:{port}"})
        with subprocess.Popen([os.path.join(support.BUILD, "recueild"), "--config", config], env=env,
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                other = support.Daemon(self.cluster)
                other.port = port
                support.until(lambda: not self.refused(other), "the other recueild is ready")
                self.send(daemon=other)
                self.send()
                self.assertEqual(self.counts(), {"acknowledged": 1, "stored": 1})
                self.assertEqual(self.counts(config), {"acknowledged": 2, "stored": 2})
            finally:
                process.terminate()
        self.assertEqual(self.counts(config), {"acknowledged": 2, "stored": 2})

    @staticmethod
    def refused(daemon):
        try:
            return daemon.request("GET", "/readyz")[0] != 200
        except OSError:
            return True

    def test_a_database_that_is_away_is_told(self):
        self.send()
        self.cluster.stop()
        ran = self.cluster.recueil("audit", check=False)
        self.cluster.start()
        self.assertEqual((ran.code, ran.out), (1, b""))
        self.assertIn("does not answer", ran.said)

    def test_what_makes_no_sense_is_told(self):
        self.assertEqual(self.cluster.recueil("audit", "--nope", check=False).code, 2)
        ran = self.cluster.recueil("audit", "/nowhere/recueil.conf", check=False)
        self.assertEqual(ran.code, 3)
        self.assertIn("/nowhere/recueil.conf", ran.said)


class AuditOfAnotherSpool(Case):
    """The pages of /spool as a small server writes them."""

    def lose(self, count=1):
        """Acknowledged submissions that are not in PostgreSQL any more: (id, hash) of each."""
        sent = [self.send()[0]["id"] for _ in range(count)]
        pairs = [(submission_id, self.hash_of(submission_id)) for submission_id in sent]
        self.cluster.psql("TRUNCATE recueil.submission")
        return pairs

    def at(self, replies):
        server = answering(replies)
        address = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return {"RECUEIL_ADMIN_LISTEN": address}

    def test_every_page_is_read(self):
        first, second, third = self.lose(3)
        env = self.at({
            "/spool?limit=5000": (200, {"waiting": 3, "damaged": 0, "next": "1.2", "items": [item(*first)]}),
            "/spool?limit=5000&after=1.2": (200, {"waiting": 3, "damaged": 0, "next": "-1.7",
                                                  "items": [item(*second)]}),
            "/spool?limit=5000&after=-1.7": (200, {"waiting": 3, "damaged": 0, "next": None,
                                                   "items": [item(*third)]})})
        self.assertEqual(self.counts(env=env), {"acknowledged": 3, "waiting": 3})

    def test_what_is_only_in_a_damaged_file_is_named(self):
        pair, = self.lose()
        env = self.at({"/spool?limit=5000": (200, {"waiting": 0, "damaged": 1, "next": None,
                                                   "items": [item(*pair, place="damaged")]})})
        said = self.audit(code=1, env=env)
        self.assertEqual((said["damaged"], said["missing"]), (1, 0))
        self.assertEqual([entry["place"] for entry in said["trouble"]], ["damaged"])

    def test_other_content_in_the_spool_is_not_what_was_acknowledged(self):
        (submission_id, _), = self.lose()
        env = self.at({"/spool?limit=5000": (200, {"waiting": 1, "damaged": 0, "next": None,
                                                   "items": [item(submission_id, "0" * 32)]})})
        self.assertEqual(self.counts(code=1, env=env), {"acknowledged": 1, "missing": 1})

    def test_what_is_not_a_spool_is_told(self):
        whole = {"waiting": 0, "damaged": 0, "next": None, "items": []}
        for reply in ((404, b""), (500, whole), (200, b""), (200, b"<html>"), (200, json.dumps(whole).encode()[:-1]),
                      (200, []), (200, {"items": []}), (200, {**whole, "items": None}),
                      (200, {**whole, "next": "1.2 HTTP/1.1"}), (200, {**whole, "next": ""}),
                      (200, {**whole, "next": 7}), (200, {**whole, "next": "1" * 100}),
                      (200, {**whole, "items": [item("essai", "0" * 32)]}),
                      (200, {**whole, "items": [item(support.new_id(), "0")]}),
                      (200, {**whole, "items": [item(support.new_id(), "0" * 32, place="ailleurs")]}),
                      (200, {**whole, "items": [{}]})):
            with self.subTest(reply=reply), answering({"/spool?limit=5000": reply}) as address:
                ran = self.cluster.recueil("audit", check=False, env={"RECUEIL_ADMIN_LISTEN": address})
                self.assertEqual((ran.code, ran.out), (1, b""), ran.said)
                self.assertIn("admin_listen", ran.said)

    def test_pages_that_never_end_are_told(self):
        page = {"waiting": 0, "damaged": 0, "next": "1.2", "items": []}
        env = self.at({"/spool?limit=5000": (200, page), "/spool?limit=5000&after=1.2": (200, page)})
        self.assertEqual(self.cluster.recueil("audit", check=False, env=env).code, 1)

    def test_an_address_that_is_none_is_told(self):
        for address in ("essai", "localhost:8081", "127.0.0.1:", "127.0.0.1:http"):
            ran = self.cluster.recueil("audit", check=False, env={"RECUEIL_ADMIN_LISTEN": address})
            self.assertIn(ran.code, (1, 3), address)
            self.assertIn("admin_listen", ran.said)


class AuditByTheFiles(Case):
    """recueild --spool, found beside recueil, and what may stand in its place."""

    def setUp(self):
        super().setUp()
        self.daemon.stop()
        self.bin = os.path.join(self.cluster.folder, "bin")
        os.mkdir(self.bin)
        self.addCleanup(shutil.rmtree, self.bin)
        shutil.copy(os.path.join(support.BUILD, "recueil"), self.bin)

    def stand_in(self, script):
        path = os.path.join(self.bin, "recueild")
        support.write(path, f"#!/bin/sh\n{script}\n")
        os.chmod(path, stat.S_IRWXU)

    def run_audit(self, path="/usr/bin:/bin"):
        env = support.environment({"RECUEIL_CONFIG": self.cluster.config, "PATH": path})
        return subprocess.run([os.path.join(self.bin, "recueil"), "audit"], env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)

    def test_the_one_beside_is_given_the_settings(self):
        self.stand_in(f'[ "$*" = "--config {self.cluster.config} --spool" ]')
        ran = self.run_audit()
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_the_one_in_path_serves_where_none_is_beside(self):
        ran = self.run_audit(path=support.BUILD)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_none_at_all_is_told(self):
        ran = self.run_audit(path="/nowhere")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("recueild", ran.stderr)

    def test_one_that_fails_is_told(self):
        self.stand_in(f"echo '{json.dumps(item(support.new_id(), '0' * 32))}'; echo why >&2; exit 1")
        ran = self.run_audit()
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("why\n", ran.stderr)
        self.assertIn("as recueild's user", ran.stderr)

    def test_one_that_is_killed_is_told(self):
        self.stand_in("kill -9 $$")
        self.assertEqual(self.run_audit().returncode, 1)

    def test_one_that_prints_something_else_is_told(self):
        for said in ("bonjour", "[]", "{}", '{"id":'):
            self.stand_in(f"echo '{said}'")
            ran = self.run_audit()
            self.assertEqual((ran.returncode, ran.stdout), (1, ""), said)
            self.assertIn("same version", ran.stderr)


class Status(Case):
    def status(self, code=0, env=None):
        ran = self.cluster.recueil("status", check=False, env=env)
        self.assertEqual(ran.code, code, ran.out.decode() + ran.said)
        return ran.out.decode()

    def test_all_is_well(self):
        self.send()
        said = self.status()
        for line in (r"recueild +up for .*, version \d+\.\d+\.\d+, \d+ connections",
                     r"queue +0 submissions wait for the database, 0 for their reply", r"spool +empty, \d+ KiB of files",
                     r"last drained +not since recueild started", r"its database +takes submissions.*",
                     r"database +reached, PostgreSQL \d+\.\d+, schema current",
                     r"durability +fsync \w+, full_page_writes \w+, synchronous_commit \w+", r"quarantine +empty"):
            self.assertRegex(said, f"(?m)^{line}$")
        self.assertNotIn("next:", said)

    def test_a_daemon_that_is_down_is_to_be_started(self):
        self.daemon.stop()
        said = self.status(1)
        self.assertRegex(said, r"(?m)^recueild +down: nothing listens at " + self.admin)
        self.assertRegex(said, r"(?m)^next: recueild does not run.*systemctl start recueild")

    def test_a_database_that_is_away_is_told_by_both(self):
        self.cluster.stop()
        self.send(202)
        said = self.status(1)
        self.cluster.start()
        self.assertRegex(said, r"(?m)^database +not reached$")
        self.assertRegex(said, r"(?m)^its database +takes none: they go to the spool$")
        self.assertRegex(said, r"(?m)^spool +1 submissions, \d+ KiB, the oldest for \d+ s$")
        self.assertRegex(said, r"(?m)^next: the database does not answer")
        self.until_drained(1)
        support.until(lambda: "last drained  20" in self.cluster.recueil("status", check=False).out.decode(),
                      "the drain is told")

    def test_a_schema_that_is_not_ours_is_told(self):
        self.cluster.psql("INSERT INTO recueil.schema_migration VALUES (9999, '9999_later', '\\x00', now())")
        self.addCleanup(self.cluster.psql, "DELETE FROM recueil.schema_migration WHERE number = 9999")
        self.assertRegex(self.status(1), r"(?m)^next: the schema is newer")

    def test_a_server_that_may_lose_commits_is_told(self):
        said = self.status(1, {"RECUEIL_ACCEPT_UNSYNCED_DATABASE": "no"})
        self.assertRegex(said, r"(?m)^durability +fsync off")
        self.assertRegex(said, r"(?m)^next: PostgreSQL may lose")

    def test_the_quarantine_is_counted_and_is_no_fault(self):
        self.cluster.psql("INSERT INTO recueil.quarantine VALUES"
                          " (1, gen_random_uuid(), '\\x00', 'conflict', '2026-10-05', '{}', 'x'),"
                          " (1, gen_random_uuid(), '\\x00', 'withdrawn', '2026-10-05', NULL, NULL)")
        self.assertRegex(self.status(), r"(?m)^quarantine +1 submissions: look at recueil.quarantine")

    def test_what_a_daemon_tells_is_judged(self):
        spool = {"waiting": 0, "bytes": 0, "oldest_age_s": 0, "damaged_files": 0}
        version = self.cluster.recueil("--version").out.decode().split()[1]
        told = {"version": version, "uptime_s": 90061, "queued": 0, "owed": 0, "database_up": True,
                "database_synced": True, "spool": spool, "last_drained_at": None, "connections": 3}
        late = {**spool, "waiting": 2, "oldest_age_s": 3600}
        for change, says in (({}, r"up for 1 d 1 h"),
                             ({"spool": late}, r"next: the spool does not drain"),
                             ({"spool": {**late, "oldest_age_s": 20}}, r"spool +2 submissions, 0 KiB, the oldest for 20 s"),
                             ({"spool": {**spool, "bytes": 900 << 20}}, r"next: the spool fills.* 1024 MiB"),
                             ({"spool": {**spool, "damaged_files": 2}}, r"next: 2 files of the spool are damaged"),
                             ({"database_up": False}, r"next: recueild cannot store in PostgreSQL"),
                             ({"version": "0.0.1"}, r"next: recueild runs version 0\.0\.1"),
                             ({"spool": None}, r"next: what answers at .* is not the recueild"),
                             ({"uptime_s": "x"}, r"next: what answers at .* is not the recueild")):
            with self.subTest(change=change), answering({"/status": (200, {**told, **change})}) as address:
                said = self.status(1 if says.startswith("next") else 0, {"RECUEIL_ADMIN_LISTEN": address})
                self.assertRegex(said, f"(?m){says}")

    def test_a_server_that_never_answers_holds_nobody_up(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            said = self.status(1, {"RECUEIL_ADMIN_LISTEN": f"127.0.0.1:{silent.getsockname()[1]}"})
        self.assertRegex(said, r"(?m)^next: .*does not answer there \(Connection timed out\)")

    def test_it_takes_no_argument(self):
        self.assertEqual(self.cluster.recueil("status", "x", check=False).code, 2)


if __name__ == "__main__":
    unittest.main()
