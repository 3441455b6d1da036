# The daemon when PostgreSQL is not there: at start, and later.
#
# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import unittest

import support
from support import citizen


class DatabaseAway(unittest.TestCase):
    def setUp(self):
        self.cluster = support.Cluster().start()
        self.addCleanup(shutil.rmtree, self.cluster.folder)
        self.addCleanup(self.cluster.stop)
        self.cluster.recueil("migrate")
        files = support.casud_copy()
        self.addCleanup(shutil.rmtree, files[:-len("/casud")])
        self.cluster.publish(files)
        self.daemon = support.Daemon(self.cluster)

    def start(self, **how):
        self.daemon.start(**how)
        self.addCleanup(self.daemon.stop)

    def assert_nothing_can_be_stored(self, submission):
        status, headers, problem = self.daemon.submit(submission)
        self.assertEqual(status, 503)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(problem["status"], 503)
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        status, headers, _ = self.daemon.request("GET", "/readyz")
        self.assertEqual(status, 503)

    def assert_stored_again(self, submission):
        support.until(lambda: self.daemon.submit(submission)[0] in (200, 201), "a submission is stored", 30)
        self.assertEqual(self.cluster.value(
            f"SELECT count(*) FROM recueil.submission WHERE id = '{submission['id']}'"), "1")
        self.daemon.wait_ready()

    def test_it_starts_without_and_recovers_by_itself(self):
        self.cluster.stop()
        self.start(ready=False)
        status, headers, body = self.daemon.request(
            "POST", "/v1/casud/surveys/demarches/submissions", json.dumps(citizen()),
            {"Content-Type": "application/json"})
        self.assertEqual(status, 503, body)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        self.assertEqual(self.daemon.request("GET", "/readyz")[0], 503)
        self.cluster.start()
        self.assert_stored_again(citizen())

    def test_it_starts_without_from_its_copy_of_what_is_published(self):
        self.daemon.start()
        self.daemon.stop()
        self.cluster.stop()
        self.start(ready=False)
        self.assertEqual(self.daemon.request("GET", "/casud/demarches")[0], 200)
        self.assert_nothing_can_be_stored(citizen())
        self.cluster.start()
        self.assert_stored_again(citizen())

    def test_it_goes_on_when_the_database_stops_and_comes_back(self):
        self.start()
        sent = citizen()
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.cluster.stop()
        self.assert_nothing_can_be_stored(citizen())
        self.assertEqual(self.daemon.request("GET", "/casud/demarches")[0], 200)
        self.cluster.start()
        self.assert_stored_again(citizen())
        self.assertEqual(self.daemon.submit(sent)[0], 200)

    def test_what_was_acknowledged_is_there_after_a_crash_of_the_database(self):
        self.start()
        sent = [citizen() for _ in range(20)]
        for submission in sent:
            self.assertEqual(self.daemon.submit(submission)[0], 201)
        self.cluster.kill()
        self.cluster.start()
        for submission in sent:
            support.until(lambda s=submission: self.daemon.submit(s)[0] == 200, "it is still there", 30)

    def test_what_was_acknowledged_is_there_after_a_kill_of_the_daemon(self):
        self.daemon.start()
        sent = citizen()
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.daemon.kill()
        self.start()
        self.assertEqual(self.daemon.submit(sent)[0], 200)


if __name__ == "__main__":
    unittest.main()
