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

    def assert_nothing_can_be_stored(self):
        """Not even in the spool: it is not known what is asked."""
        status, headers, body = self.daemon.request(
            "POST", "/v1/casud/surveys/demarches/submissions", json.dumps(citizen()),
            {"Content-Type": "application/json"})
        self.assertEqual(status, 503, body)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(json.loads(body)["status"], 503)
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        self.assertEqual(self.daemon.request("GET", "/readyz")[0], 503)

    def assert_spooled(self, submission):
        status, _, reply = self.daemon.submit(submission)
        self.assertEqual((status, reply["id"]), (202, submission["id"]))
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        self.assertEqual(self.daemon.request("GET", "/readyz")[0], 200)

    def assert_loaded(self, submission):
        support.until(lambda: self.cluster.value(
            f"SELECT count(*) FROM recueil.submission WHERE id = '{submission['id']}'") == "1",
            "what was spooled is loaded", 10)

    def wait_for_database(self):
        support.until(lambda: self.daemon.submit(citizen())[0] == 201, "submissions are committed", 30)

    def test_it_starts_without_and_recovers_by_itself(self):
        self.cluster.stop()
        self.start(ready=False)
        self.assert_nothing_can_be_stored()
        self.cluster.start()
        support.until(lambda: self.daemon.request("GET", "/readyz")[0] == 200, "it is ready", 30)
        self.wait_for_database()

    def test_it_starts_without_from_its_copy_of_what_is_published(self):
        self.daemon.start()
        self.daemon.stop()
        self.cluster.stop()
        self.start(database=False)
        self.assertEqual(self.daemon.request("GET", "/casud/demarches")[0], 200)
        sent = citizen()
        self.assert_spooled(sent)
        self.cluster.start()
        self.assert_loaded(sent)
        self.wait_for_database()

    def test_it_goes_on_when_the_database_stops_and_comes_back(self):
        self.start()
        self.wait_for_database()
        sent = citizen()
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.cluster.stop()
        spooled = citizen()
        self.assert_spooled(spooled)
        self.assertEqual(self.daemon.request("GET", "/casud/demarches")[0], 200)
        self.cluster.start()
        self.assert_loaded(spooled)
        self.wait_for_database()
        self.assertEqual(self.daemon.submit(sent)[0], 200)

    def test_what_was_acknowledged_is_there_after_a_crash_of_the_database(self):
        self.start()
        self.wait_for_database()
        sent = [citizen() for _ in range(20)]
        for submission in sent:
            self.assertEqual(self.daemon.submit(submission)[0], 201)
        self.cluster.kill()
        self.cluster.start()
        for submission in sent:
            support.until(lambda s=submission: self.daemon.submit(s)[0] == 200, "it is still there", 30)

    def test_what_was_acknowledged_is_there_after_a_kill_of_the_daemon(self):
        self.daemon.start()
        self.wait_for_database()
        sent = citizen()
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.daemon.kill()
        self.start()
        support.until(lambda: self.daemon.submit(sent)[0] == 200, "it is still there", 30)


if __name__ == "__main__":
    unittest.main()
