# The two commands of the README, as somebody types them: a demonstration whose figures an independent query
# confirms, and a state that survives being stopped, killed and started again.
#
# SPDX-License-Identifier: Apache-2.0
import csv
import json
import math
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import unittest
import urllib.request

import support
from support import citizen

QUICKSTART = os.path.join(support.ROOT, "packaging/quickstart")
ANSWERS_A_MONTH = "300"
BUILD_LIMIT_S = 900
STOP_LIMIT_S = 60
WELCOME = "Ctrl-C stops everything"


def processes_under(path):
    """Processes that run something of this folder, or in it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read()
            if int(pid) != os.getpid() and (path.encode() in words or
                                            os.readlink(f"/proc/{pid}/cwd").startswith(path) or
                                            os.readlink(f"/proc/{pid}/exe").startswith(path)):
                found.append((pid, words))
        except OSError:
            continue  # it ended, is a zombie, or belongs to somebody else
    return found


def free_port():
    """One whose neighbours are free too: administration takes the next. Below those that the system gives to
    clients, who could take the neighbour meanwhile."""
    while True:
        port = random.randrange(20000, 32000)
        try:
            for near in (port - 1, port, port + 1):
                with socket.create_server(("127.0.0.1", near)):
                    pass
            return port
        except OSError:
            continue


class Quickstart:
    """packaging/quickstart on a state folder and a port of its own."""

    def __init__(self, state, port, *options):
        self.state, self.port = state, port
        self.said_path = os.path.join(os.path.dirname(state), f"said-{support.new_id()}")
        with open(self.said_path, "wb") as said:
            # A runner that was itself started in the background ignores SIGINT, and so would its child.
            self.process = subprocess.Popen(
                [QUICKSTART, "--no-install", "--state", state, "--port", str(port), *options],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
                env=support.environment({"RECUEIL_DEMO_ANSWERS": ANSWERS_A_MONTH}),
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def said(self):
        return support.read(self.said_path)

    def wait_welcome(self):
        def welcomed():
            if self.process.poll() is not None:
                raise AssertionError(f"quickstart ended with {self.process.returncode}\n{self.said()}")
            return WELCOME in self.said()

        support.until(welcomed, "quickstart says what to open", BUILD_LIMIT_S)
        return self

    def wait_end(self):
        return self.process.wait(BUILD_LIMIT_S)

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(STOP_LIMIT_S)
        support.until(lambda: not processes_under(self.state), f"nothing of {self.state} runs any more", 10)
        return code

    def end(self):
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
            return reply.status

    def submit(self, submission):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/casud/surveys/demarches/submissions",
            json.dumps(submission).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read())

    def psql(self, sql):
        ran = subprocess.run([support.PRIVATE_CLUSTER, self.state, "psql", "-qAt", "-F", "\t", "-c", sql],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                             env=support.environment())
        if ran.returncode != 0:
            raise AssertionError(ran.stderr)
        return [tuple(line.split("\t")) for line in ran.stdout.splitlines()]


# Counted from the submissions themselves, by no code of Recueil's: who was asked about a code is who
# answered the question in a version of a survey that offers it.
MENTIONS = """
SELECT s.procedure, g.audience, p.code, count(*),
       count(*) FILTER (WHERE (s.pain_points | coalesce(s.coded_pain_points, 0)) & (1::bigint << p.bit) <> 0)
FROM recueil.submission s
JOIN recueil.survey_version v USING (collectivity_id, survey, version)
JOIN recueil.pain_point p ON p.collectivity_id = s.collectivity_id
                         AND v.offered_pain_points & (1::bigint << p.bit) <> 0
CROSS JOIN LATERAL (VALUES (s.audience), (v.class), ('all')) AS g (audience)
WHERE s.state = 'counted' AND s.pain_points IS NOT NULL AND g.audience IS NOT NULL
  AND to_char(s.received_at AT TIME ZONE 'Indian/Reunion', 'YYYY-MM') = '{month}'
GROUP BY 1, 2, 3
"""

COUNTED = """
SELECT s.procedure, to_char(s.received_at AT TIME ZONE 'Indian/Reunion', 'YYYY-MM'), count(*)
FROM recueil.submission s
WHERE s.state = 'counted' AND s.survey = 'demarches'
GROUP BY 1, 2
"""


def wilson(mentions, respondents):
    z = 1.959963984540054
    share = mentions / respondents
    middle = (share + z * z / (2 * respondents)) / (1 + z * z / respondents)
    half = z / (1 + z * z / respondents) * math.sqrt(
        share * (1 - share) / respondents + z * z / (4 * respondents * respondents))
    return max(0.0, middle - half), min(1.0, middle + half)


class Demonstration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.state = os.path.join(cls.folder, "state")
        cls.run_ = Quickstart(cls.state, free_port(), "--demo")
        cls.addClassCleanup(cls.run_.end)
        cls.run_.wait_welcome()
        cls.month = support.read(os.path.join(cls.state, "demo/last-month")).strip()

    def releases(self):
        return [os.path.join(where, name) for where, _, names in
                os.walk(os.path.join(self.state, "releases")) for name in names]

    def figures(self):
        """The rows of the plain CSV."""
        plain = [path for path in self.releases() if path.endswith(".csv") and "excel" not in path]
        self.assertEqual(len(plain), 1)
        self.assertIn(plain[0], self.run_.said())
        with open(plain[0], encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_an_independent_query_confirms_every_figure(self):
        expected = {(procedure, audience, code): (int(asked), int(ticked)) for
                    procedure, audience, code, asked, ticked in
                    self.run_.psql(MENTIONS.format(month=self.month))}
        self.assertGreater(len(expected), 100)
        found = {(row["procedure"], row["audience"], row["pain_point"]):
                 (int(row["respondents"]), int(row["mentions"]))
                 for row in self.figures() if int(row["respondents"]) > 0}
        self.assertEqual({key: found.get(key) for key in expected}, expected)
        self.assertEqual(set(found), set(expected))

    def test_shares_and_bounds_follow_from_the_counts(self):
        for row in self.figures():
            respondents, mentions = int(row["respondents"]), int(row["mentions"])
            self.assertEqual(row["month"], self.month)
            if respondents == 0:
                continue
            low, high = wilson(mentions, respondents)
            for name, value in (("share", mentions / respondents), ("share_low", low), ("share_high", high)):
                self.assertRegex(row[name], r"^[01]\.[0-9]{6}$")
                self.assertAlmostEqual(float(row[name]), value, delta=1.1e-6, msg=f"{name} of {row}")

    def test_the_french_spreadsheet_s_file_is_as_excel_reads_it(self):
        excel = [path for path in self.releases() if "excel" in path]
        self.assertEqual(len(excel), 1)
        with open(excel[0], "rb") as file:
            written = file.read()
        self.assertTrue(written.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(written.count(b"\n"), written.count(b"\r\n"))
        self.assertIn(b";", written.splitlines()[0])
        self.assertRegex(written, rb";0,[0-9]{6}")

    def test_everything_says_that_it_is_simulated(self):
        self.assertTrue(self.releases())
        for path in self.releases():
            self.assertIn("simule", os.path.basename(path))
        self.assertEqual(self.run_.psql("SELECT simulated FROM recueil.collectivity"), [("t",)])

    def test_the_planted_truth_counts_what_was_stored(self):
        truth = json.loads(support.read(os.path.join(self.state, "demo/truth.json")))
        self.assertEqual(len(truth["months"]), 12)
        self.assertEqual(truth["months"][-1], self.month)
        counted = {(procedure, month): int(count) for procedure, month, count in self.run_.psql(COUNTED)}
        for procedure in truth["procedures"]:
            for month, count in zip(truth["months"], procedure["counted"]):
                if count:
                    self.assertEqual(counted.pop((procedure["code"], month), 0), count)
        self.assertEqual({key: value for key, value in counted.items() if value}, {})

    def test_the_state_is_laid_out_as_promised(self):
        for name in ("recueil.conf", "secret", "bulk.key", "bin/recueild", "bin/recueil", "run", "releases"):
            self.assertTrue(os.path.exists(os.path.join(self.state, name)), name)
        for name in ("secret", "bulk.key"):
            mode = os.stat(os.path.join(self.state, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600, name)
        self.assertEqual(os.stat(os.path.join(self.state, "secret")).st_size, 32)
        configs = [name for where, _, names in os.walk(self.state) for name in names if name == "recueil.conf"]
        self.assertEqual(len(configs), 1)

    def test_the_pages_it_names_are_there(self):
        for path in ("/casud/", "/casud/demarches", "/casud/agents"):
            self.assertIn(path, self.run_.said())
            self.assertEqual(self.run_.get(path), 200)

    def test_administration_is_one_port_above(self):
        address = f"127.0.0.1:{self.run_.port + 1}"
        self.assertIn(f"http://{address}/status", self.run_.said())
        with urllib.request.urlopen(f"http://{address}/status", timeout=10) as reply:
            self.assertTrue(json.loads(reply.read())["database_up"])
        self.assertIn(f"admin_listen = {address}\n", support.read(os.path.join(self.state, "recueil.conf")))

    def test_the_command_line_works_with_what_it_printed(self):
        ran = subprocess.run(
            [os.path.join(self.state, "bin/recueil"), "export", "pain-points", "--month", self.month],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env=support.environment({"RECUEIL_CONFIG": os.path.join(self.state, "recueil.conf")}))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(self.month.encode(), ran.stdout)

    def test_a_second_one_on_the_same_state_is_refused(self):
        second = Quickstart(self.state, free_port(), "--demo")
        self.assertEqual(second.wait_end(), 1)
        self.assertIn(str(self.run_.process.pid), second.said())
        self.assertEqual(self.run_.get("/livez"), 200)

    def test_a_taken_port_is_told_before_anything_is_started(self):
        other = os.path.join(self.folder, "other")
        second = Quickstart(other, self.run_.port)
        self.assertEqual(second.wait_end(), 1)
        self.assertIn(f"port {self.run_.port} is taken", second.said())
        self.assertIn("--port", second.said())
        self.assertEqual(processes_under(other), [])

    def test_a_taken_port_of_administration_is_told_too(self):
        other = os.path.join(self.folder, "other-admin")
        second = Quickstart(other, self.run_.port - 1)
        self.assertEqual(second.wait_end(), 1)
        self.assertIn(f"port {self.run_.port} (of administration, one above --port) is taken", second.said())
        self.assertEqual(processes_under(other), [])


class Life(unittest.TestCase):
    def setUp(self):
        self.folder = support.folder()
        self.addCleanup(shutil.rmtree, self.folder)
        self.state = os.path.join(self.folder, "state")

    def start(self, *options):
        run = Quickstart(self.state, free_port(), *options)
        self.addCleanup(run.end)
        return run

    def test_it_stops_whole_and_goes_on_from_the_same_data(self):
        first = self.start().wait_welcome()
        sent = citizen()
        status, reply = first.submit(sent)
        self.assertEqual(status, 201)
        self.assertEqual(first.stop(signal.SIGINT), 0)

        second = self.start().wait_welcome()
        status, again = second.submit(sent)
        self.assertEqual((status, again["receipt"]), (200, reply["receipt"]))
        self.assertEqual(second.stop(signal.SIGTERM), 0)

        refused = self.start("--demo")
        self.assertEqual(refused.wait_end(), 1)
        self.assertIn("real answers", refused.said())
        support.until(lambda: not processes_under(self.state), "the refused one stopped what it started", 10)

    def test_a_daemon_that_dies_is_started_again(self):
        run = self.start().wait_welcome()
        pid = int(support.read(os.path.join(self.state, "recueild.pid")))
        os.kill(pid, signal.SIGKILL)

        def is_back():
            try:
                return run.get("/livez") == 200
            except OSError:
                return False

        support.until(lambda: "starting it again" in run.said(), "the death is told", 10)
        support.until(is_back, "another daemon answers", 30)
        self.assertNotEqual(int(support.read(os.path.join(self.state, "recueild.pid"))), pid)
        self.assertEqual(run.stop(), 0)

    def test_a_quickstart_that_was_killed_leaves_nothing_that_hinders_the_next(self):
        first = self.start().wait_welcome()
        first.process.kill()
        first.process.wait()
        second = Quickstart(self.state, first.port)
        self.addCleanup(second.end)
        second.wait_welcome()
        self.assertEqual(second.get("/livez"), 200)
        self.assertEqual(second.stop(), 0)

    def test_ctrl_c_in_the_middle_leaves_nothing_running(self):
        for line in ("Building", "Starting the private", "Starting recueild", "Making a simulated year"):
            with self.subTest(at=line):
                run = self.start("--demo")
                support.until(lambda r=run, word=line: word in r.said() or r.process.poll() is not None,
                              f"quickstart says {line}", BUILD_LIMIT_S)
                self.assertIn(line, run.said())
                self.assertIn(run.stop(), (0, 130))

    def test_wrong_usage_is_2_and_help_is_0(self):
        for options, code in ((["--bogus"], 2), (["--port", "abc"], 2), (["--port", "0"], 2),
                              (["--state"], 2), (["--help"], 0)):
            with self.subTest(options=options):
                ran = subprocess.run([QUICKSTART, *options], stdin=subprocess.DEVNULL, capture_output=True,
                                     check=False, cwd=self.folder)
                self.assertEqual(ran.returncode, code)
                self.assertIn(b"--state DIR", ran.stdout + ran.stderr)


if __name__ == "__main__":
    unittest.main()
