# What the administrator is told: figures that follow what was asked, what waits in the spool, the state of
# the daemon, and whether a submission can be promised.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import re
import socket
import subprocess
import unittest

import admin
import support
from support import citizen, until

FORM = "/{collectivity}/{survey}"
SUBMISSIONS = "/v1/{collectivity}/surveys/{survey}/submissions"
REQUESTS = "recueil_http_requests_total"


class Difference:
    """How much each series grew between two readings."""

    def __init__(self, before, after):
        self._before, self._after = before, after

    def of(self, name, **labels):
        return self._after.value(name, **labels) - self._before.value(name, **labels)


class Administration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon, cls.cluster = cls.world.daemon, cls.world.cluster
        cls.port = admin.port_of(cls.daemon)

    def grew(self, what):
        before = admin.figures(self.port)
        what()
        return Difference(before, admin.figures(self.port))

    # -- The format --

    def test_every_family_has_a_name_a_unit_a_type_and_a_meaning(self):
        self.daemon.submit(citizen())
        read = admin.figures(self.port)
        self.assertGreater(len(read.types), 30)
        for name, kind in read.types.items():
            with self.subTest(name=name):
                self.assertRegex(name, r"^recueil_[a-z_]+$")
                self.assertEqual(name.endswith("_total"), kind == "counter")
                self.assertGreater(len(read.helps[name]), 8)

    def test_the_reader_refuses_what_the_format_does_not_allow(self):
        head = "# HELP a b\n# TYPE a counter\n"
        for text in ("a 1", "a 1\n", head + "a 1\na 1\n", head + "b 1\n", head + "a{x=1} 1\n",
                     head + 'a{x="1",x="2"} 1\n', head + "a one\n", head + "a -1\n", "# TYPE a counter\na 1\n",
                     head + head, "# HELP a b\n# TYPE a other\n", head + 'a{x="1"y="2"} 1\n',
                     '# HELP h b\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\n'
                     "h_sum 1\nh_count 1\n",
                     '# HELP h b\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'):
            with self.subTest(text=text), self.assertRaises(ValueError):
                admin.Figures(text)
        read = admin.Figures(head + 'a{x="q\\"b\\\\\\n"} 1\n')
        self.assertEqual(read.value("a", x='q"b\\\n'), 1)

    # -- Requests --

    def test_requests_are_counted_by_route_method_and_status(self):
        def ask():
            for _ in range(3):
                self.daemon.request("GET", "/livez")
            self.daemon.request("GET", "/casud/demarches")
            self.daemon.request("HEAD", "/casud/demarches")
            self.daemon.request("GET", "/casud/nothing")
            self.daemon.request("GET", "/nobody/knows/this/path")
            self.daemon.request("POST", "/livez")
            self.daemon.submit(citizen())

        grew = self.grew(ask)
        for route, method, status, times in (
                ("/livez", "GET", "200", 3), (FORM, "GET", "200", 1), (FORM, "HEAD", "200", 1),
                (FORM, "GET", "404", 1), ("none", "GET", "404", 1), ("none", "POST", "405", 1),
                (SUBMISSIONS, "POST", "201", 1)):
            with self.subTest(route=route, status=status):
                self.assertEqual(grew.of(REQUESTS, route=route, method=method, status=status), times)
        timed = "recueil_http_request_duration_seconds"
        self.assertEqual(grew.of(timed + "_count", route="/livez", method="GET"), 3)
        self.assertEqual(grew.of(timed + "_count", route=SUBMISSIONS, method="POST"), 1)
        self.assertGreater(grew.of(timed + "_sum", route=SUBMISSIONS, method="POST"), 0.00005)

    def test_what_the_wire_refuses_is_counted_by_its_reason(self):
        def ask():
            self.daemon.raw(b"GET / HTTP/1.1\r\n\r\n")
            self.daemon.raw(b"nonsense\r\n\r\n")
            self.daemon.raw(b"POST /v1/casud/surveys/demarches/submissions HTTP/1.1\r\nHost: a\r\n"
                            b"Content-Type: application/json\r\nContent-Length: 70000\r\n\r\n")

        grew = self.grew(ask)
        self.assertEqual(grew.of("recueil_http_refusals_total", reason="head"), 2)
        self.assertEqual(grew.of("recueil_http_refusals_total", reason="body_too_large"), 1)
        self.assertEqual(grew.of(REQUESTS, route=SUBMISSIONS, method="POST", status="413"), 1)

    def test_connections_are_counted(self):
        before = admin.figures(self.port)
        with socket.create_connection(("127.0.0.1", self.daemon.port)):
            until(lambda: admin.figures(self.port).value("recueil_http_connections") ==
                  before.value("recueil_http_connections") + 1, "an open connection is seen", 10)
            after = admin.figures(self.port)
        self.assertEqual(Difference(before, after).of("recueil_http_connections_total"), 1)
        self.assertGreater(after.value("recueil_process_open_descriptors"),
                           before.value("recueil_process_open_descriptors"))

    # -- Submissions --

    def test_submissions_are_counted_by_survey_and_outcome(self):
        sent = citizen()

        def send():
            self.daemon.submit(sent)
            self.daemon.submit(sent)
            self.daemon.submit({**sent, "placement": "autre"})
            self.daemon.submit(b"{")
            self.daemon.submit(citizen(answers={"satisfaction": 99}))
            self.daemon.bulk([citizen(), b"[", {**sent}, citizen(procedure="none-of-these")], self.world.key)

        grew = self.grew(send)
        for outcome, times in (("stored", 2), ("replayed", 2), ("conflict", 1), ("malformed", 2), ("unfit", 2),
                               ("spooled", 0), ("unavailable", 0), ("gone", 0)):
            with self.subTest(outcome=outcome):
                self.assertEqual(grew.of("recueil_submissions_total", collectivity="casud",
                                         survey="demarches", outcome=outcome), times)
        self.assertEqual(grew.of("recueil_store_results_total", result="stored"), 2)
        self.assertEqual(grew.of("recueil_store_results_total", result="replayed"), 2)
        self.assertGreaterEqual(grew.of("recueil_store_batch_rows_sum"), 5)
        self.assertGreaterEqual(grew.of("recueil_store_batch_rows_count"), 2)

    def test_a_form_is_counted_like_a_submission(self):
        def send():
            for answers in ("demarche=dechets-bac&profil=citizen&canal=desk&satisfaction=2&issue=done"
                            "&aide=none&irritants=delai", "satisfaction=99"):
                self.daemon.request("POST", "/casud/demarches", answers,
                                    {"Content-Type": "application/x-www-form-urlencoded"})

        grew = self.grew(send)
        self.assertEqual(grew.of("recueil_submissions_total", collectivity="casud", survey="demarches",
                                 outcome="unfit"), 1)
        self.assertEqual(grew.of("recueil_submissions_total", collectivity="casud", survey="demarches",
                                 outcome="stored"), 1)
        self.assertEqual(grew.of(REQUESTS, route=FORM, method="POST", status="422"), 1)
        self.assertEqual(grew.of(REQUESTS, route=FORM, method="POST", status="303"), 1)

    def test_a_survey_keeps_its_counters_when_it_is_published_anew(self):
        self.daemon.submit(citizen())
        before = admin.figures(self.port)
        path = os.path.join(self.world.files, "surveys/demarches.json")
        survey = json.loads(support.read(path))
        survey["title"]["fr"] = "Une version dont on compte les réponses"
        support.write(path, json.dumps(survey))
        self.cluster.publish(self.world.files)
        until(lambda: "Une version dont" in self.daemon.request("GET", "/casud/demarches")[2].decode(),
              "it is shown", 20)
        self.daemon.submit(citizen())
        grew = Difference(before, admin.figures(self.port))
        self.assertEqual(grew.of("recueil_submissions_total", collectivity="casud", survey="demarches",
                                 outcome="stored"), 1)

    # -- The daemon --

    def test_it_tells_about_itself(self):
        read = admin.figures(self.port)
        version = subprocess.run([f"{support.BUILD}/recueild", "--version"], capture_output=True, text=True,
                                 check=True).stdout.split()[1]
        self.assertEqual(read.value("recueil_build_info", version=version), 1)
        self.assertEqual(read.value("recueil_publications_collectivities"), 1)
        self.assertEqual(read.value("recueil_publications_surveys"), 2)
        self.assertEqual(read.value("recueil_database_up"), 1)
        self.assertGreater(read.value("recueil_process_resident_memory_bytes"), 1 << 20)
        began = read.value("recueil_process_start_time_seconds")
        self.assertAlmostEqual(began, os.stat(f"/proc/{self.daemon.pid()}").st_ctime, delta=30)

    def test_the_status_is_one_object(self):
        status = admin.document(self.port, "/status")
        self.assertEqual(status["pid"], self.daemon.pid())
        self.assertEqual((status["database_up"], status["stopping"]), (True, False))
        self.assertEqual(status["spool"]["waiting"], 0)
        self.assertEqual(set(status), {"version", "pid", "uptime_s", "stopping", "queued", "owed", "database_up",
                                       "database_synced", "spool", "last_drained_at", "connections"})
        self.assertEqual(set(status["spool"]), {"waiting", "bytes", "oldest_age_s", "generations",
                                                "damaged_files", "kept_files"})
        self.assertLess(status["uptime_s"], 3600)

    def test_nothing_of_it_is_public(self):
        for path in ("/metrics", "/spool", "/status"):
            self.assertEqual(self.daemon.request("GET", path)[0], 404, path)
        for path in ("/livez", "/readyz"):
            self.assertEqual(self.daemon.request("GET", path)[0], 200, path)
            self.assertEqual(admin.ask(self.port, path)[0], 200, path)

    def test_it_takes_nothing_but_questions_that_it_knows(self):
        for method, path, body, status in (
                ("GET", "/casud/demarches", None, 404), ("GET", "/metrics/", None, 404),
                ("POST", "/metrics", None, 405), ("POST", "/metrics", b"x", 413),
                ("GET", "/spool?limit=0", None, 400), ("GET", "/spool?limit=5001", None, 400),
                ("GET", "/spool?limit=-1", None, 400), ("GET", "/spool?limit=1e3", None, 400),
                ("GET", "/spool?after=1", None, 400), ("GET", "/spool?after=1.", None, 400),
                ("GET", "/spool?after=.1", None, 400), ("GET", "/spool?after=1.x", None, 400),
                ("GET", "/spool?after=1.99999999999999999999", None, 400),
                ("GET", "/spool?after=1.2.3", None, 400), ("GET", "/spool?after=%31.2", None, 400),
                ("GET", "/spool?limit=5000&after=0.0", None, 200)):
            with self.subTest(method=method, path=path):
                got, headers, reply = admin.ask(self.port, path, method, body)
                self.assertEqual(got, status, reply)
                if got >= 400:
                    self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
                    self.assertEqual(json.loads(reply)["status"], status)
                if got == 405:
                    self.assertEqual(headers["Allow"], "GET, HEAD")

    def test_it_answers_head_with_no_body(self):
        status, headers, body = admin.ask(self.port, "/metrics", "HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 1000)

    def test_one_connection_asks_again_and_again(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for _ in range(5):
            connection.request("GET", "/metrics")
            admin.Figures(connection.getresponse().read().decode())
        connection.close()


class Away(unittest.TestCase):
    """Each with a cluster of its own, which is stopped."""

    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon, cls.cluster = cls.world.daemon, cls.world.cluster
        cls.port = admin.port_of(cls.daemon)

    def test_what_waits_in_the_spool_is_told_until_it_has_reached_the_database(self):
        before = admin.figures(self.port)
        self.cluster.stop()
        sent = {}
        for _ in range(5):
            submission = citizen()
            status, _, _ = self.daemon.submit(submission)
            self.assertEqual(status, 202)
            sent[submission["id"]] = submission
        read = admin.figures(self.port)
        self.assertEqual(read.value("recueil_spool_items"), 5)
        self.assertEqual(read.value("recueil_database_up"), 0)
        self.assertGreater(read.value("recueil_spool_bytes"), 0)
        self.assertLess(read.value("recueil_spool_oldest_age_seconds"), 60)
        self.assertEqual(Difference(before, read).of("recueil_spool_written_total"), 5)
        self.assertEqual(Difference(before, read).of(
            "recueil_submissions_total", collectivity="casud", survey="demarches", outcome="spooled"), 5)
        self.assert_listed(sent)
        status = admin.document(self.port, "/status")
        self.assertEqual((status["spool"]["waiting"], status["database_up"]), (5, False))
        self.assertEqual(admin.ask(self.port, "/readyz")[0], 200, "the spool takes submissions")

        self.cluster.start()
        until(lambda: admin.document(self.port, "/status")["spool"]["waiting"] == 0, "the spool is drained", 60)
        status = admin.document(self.port, "/status")
        self.assertRegex(status["last_drained_at"], r"^20[0-9-]+T[0-9:.]+Z$")
        until(lambda: admin.figures(self.port).value("recueil_database_up") == 1, "the database is up", 30)
        grew = Difference(before, admin.figures(self.port))
        self.assertEqual(grew.of("recueil_spool_drained_total"), 5)
        self.assertEqual(grew.of("recueil_spool_confirmed_total"), 5)
        self.assertEqual(grew.of("recueil_spool_items"), 0)
        stored = {row[0] for row in self.cluster.psql("SELECT id FROM recueil.submission")}
        self.assertEqual(set(sent) - stored, set())

    def assert_listed(self, sent):
        """The same, whatever the size of a page."""
        for limit in (1, 2, 5, 1000):
            listed, after = [], ""
            while after is not None:
                page = admin.document(self.port, f"/spool?limit={limit}" + (after and f"&after={after}"))
                self.assertEqual((page["waiting"], page["damaged"]), (5, 0))
                self.assertLessEqual(len(page["items"]), limit)
                listed += page["items"]
                after = page["next"]
            self.assertEqual(sorted(item["id"] for item in listed), sorted(sent))
            for item in listed:
                self.assertEqual(set(item), {"collectivity", "id", "hash", "place", "received_at"})
                self.assertEqual((item["collectivity"], item["place"]), (1, "waiting"))
                self.assertRegex(item["hash"], r"^[0-9a-f]{32}$")
                self.assertRegex(item["received_at"], r"^20[0-9-]+T[0-9:.]+Z$")


class Alone(unittest.TestCase):
    """No database, and a state folder that is new."""

    def setUp(self):
        self.cluster = support.Cluster()
        self.addCleanup(subprocess.run, ["rm", "-rf", self.cluster.folder], check=True)

    def test_it_is_not_ready_while_nothing_published_is_known_and_says_so(self):
        daemon = support.Daemon(self.cluster).start(ready=False)
        self.addCleanup(daemon.stop)
        for status, headers, body in (daemon.request("GET", "/readyz"),
                                      admin.ask(admin.port_of(daemon), "/readyz")):
            self.assertEqual(status, 503)
            self.assertIn("nothing published is known yet", json.loads(body)["reason"])
            self.assertGreater(int(headers["Retry-After"]), 0)

    def test_a_taken_port_for_administration_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            ran = subprocess.run(
                [f"{support.BUILD}/recueild", "--config", self.cluster.config], capture_output=True, text=True,
                env=support.environment({"RECUEIL_LISTEN": "127.0.0.1:0", "RECUEIL_ADMIN_LISTEN": address}),
                timeout=60, check=False)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn(f"{address} is taken by another program", ran.stderr)
        self.assertIsNone(re.search("Sanitizer", ran.stderr))


if __name__ == "__main__":
    unittest.main()
