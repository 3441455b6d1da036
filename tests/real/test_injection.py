# Every allocation on the way of a submission fails once. Whoever asked is told that it was stored, or is told
# nothing, or to come back; the daemon serves on, or ends with a code and a line, never by a signal; and what was
# acknowledged is there once, whole. The release build, because a sanitizer brings an allocator of its own.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import mmap
import os
import struct
import subprocess
import unittest
import unittest.mock

import support
from support import citizen, new_id

RELEASE = os.path.join(support.ROOT, "build/release")
SHIM = os.path.join(support.BUILD, "failing_malloc.so")
MOST = 2000  # allocations that a submission may need: far more than it does
QUIET = 3    # submissions in a row without the failure: it lies behind all that they allocate


class Injection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(unittest.mock.patch.object(support, "BUILD", RELEASE))
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.cluster = cls.world.cluster
        cls.order_path = os.path.join(cls.cluster.folder, "order")
        with open(cls.order_path, "wb") as file:
            file.write(bytes(4096))
        cls.order_file = open(cls.order_path, "r+b")
        cls.addClassCleanup(cls.order_file.close)
        cls.order = mmap.mmap(cls.order_file.fileno(), 4096)
        cls.world.daemon.stop()
        cls.world.daemon = support.Daemon(cls.cluster, {"LD_PRELOAD": SHIM, "FAILING_MALLOC": cls.order_path})
        cls.daemon = cls.world.daemon.start()

    def fail_at(self, nth):
        self.order[:16] = struct.pack("QQ", nth, 0)

    def has_failed(self):
        return struct.unpack("QQ", self.order[:16])[1] > 0

    def ensure_runs(self):
        """Starts it again where it ended; it must have ended by itself, and said why."""
        process = self.daemon._process
        try:
            code = process.wait(0.05)
        except subprocess.TimeoutExpired:
            return False
        self.assertEqual(code, 1, f"it ended by a signal or another code\n{self.daemon.log()}")
        self.assertIn("out of memory", self.daemon.log())
        self.daemon.start()
        return True

    def walk(self, send):
        """Fails the nth allocation after the order for n = 1, 2, … Returns what was told, and how often
        the daemon ended."""
        acknowledged, sent, ended, quiet, told = {}, set(), 0, 0, {}
        for nth in range(1, MOST):
            id = new_id()
            sent.add(id)
            self.fail_at(nth)
            try:
                status = send(id)
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
            failed = self.has_failed()
            self.fail_at(0)
            told[status] = told.get(status, 0) + 1
            self.assertNotIn(status, (400, 404, 409, 410, 422), "a failure is not the client's fault")
            if status in (200, 201, 202, 303):
                acknowledged[id] = status
            ended += self.ensure_runs()
            quiet = 0 if failed else quiet + 1
            if quiet == QUIET:
                break
        else:
            self.fail(f"still failing at the {MOST}th allocation")
        print(f"allocations={nth - QUIET} ended={ended} told={told}", flush=True)
        self.assertGreater(nth, QUIET + 1, "nothing was allocated: the order is not heard")
        self.assert_ledger(acknowledged, sent)
        return ended

    def assert_ledger(self, acknowledged, sent):
        if self.daemon.pid() is not None:
            self.daemon.wait_ready()
        support.until(lambda: set(acknowledged) <= self.stored(sent), "what was acknowledged is stored", 20)
        halves = self.cluster.psql(
            "SELECT s.id FROM recueil.submission s FULL JOIN recueil.submission_content c "
            "USING (collectivity_id, id) WHERE s.id IS NULL OR c.id IS NULL OR c.content IS NULL")
        self.assertEqual(halves, [], "a row without its content, or a content without its row")

    def stored(self, ids):
        rows = self.cluster.psql("SELECT id FROM recueil.submission")
        self.assertEqual(len(rows), len(set(rows)))
        return {id for id, in rows} & ids

    def send_json(self, id):
        return self.daemon.submit(citizen(id=id))[0]

    def send_form(self, id):
        form = f"_id={id}&demarche=dechets-bac&canal=desk&satisfaction=2&texte=Deux+semaines"
        return self.daemon.request("POST", "/casud/demarches", form,
                                   {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})[0]

    def test_every_allocation_of_a_submission_fails_once(self):
        self.walk(self.send_json)

    def test_every_allocation_of_a_form_fails_once(self):
        self.walk(self.send_form)

    def test_every_allocation_of_a_small_bulk_fails_once(self):
        def send(id):
            lines = [json.dumps(citizen(id=id)).encode(), b'{"answers":{"satisfaction":9}}', b"{"]
            status, _, replies = self.daemon.bulk(lines, self.world.key)
            return replies[0]["status"] if status == 200 else status

        self.walk(send)

    def test_every_allocation_of_a_refusal_fails_once(self):
        def send(id):
            status, _, reply = self.daemon.submit(citizen(id=id, answers={"satisfaction": 9, "non": 1}))
            if status == 422:
                self.assertEqual(reply["status"], 422)
                return "refused"
            return status

        self.walk(send)


if __name__ == "__main__":
    unittest.main()
