# What the daemon promised still holds when something breaks under load: the database is stopped, killed or
# stalled, the daemon is told to end, clients leave, a new version is published. Clients keep a ledger of
# what was acknowledged; every line of it must be in PostgreSQL, once.
#
# SPDX-License-Identifier: Apache-2.0
import collections
import http.client
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import threading
import unittest
import unittest.mock

import support
from support import citizen, until

CLIENTS = 12
RELEASE = os.path.join(support.ROOT, "build/release")
SUBMISSIONS = "/v1/casud/surveys/demarches/submissions"


def head_of(body, path=SUBMISSIONS):
    return (f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Load:
    """Clients that send submissions, one after the other, each until it is acknowledged, and what
    they were told. Where the daemon will end, a client that is not let in has done its part."""

    def __init__(self, daemon, will_end=False):
        self.acknowledged = {}
        self.faults = []
        self._daemon = daemon
        self._will_end = will_end
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more):
        wanted = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= wanted, f"{more} more submissions are acknowledged", 30)

    def _run(self):
        try:
            while not self._stop.is_set():
                submission = citizen()
                while not self._is_acknowledged(submission):
                    self._stop.wait(0.05)
        except (OSError, http.client.HTTPException) as error:
            if not (self._will_end and isinstance(error, ConnectionRefusedError)):
                self.faults.append(repr(error))

    def _is_acknowledged(self, submission):
        status, headers, reply = self._daemon.submit(submission)
        if status in (200, 201, 202) and reply["id"] == submission["id"] and len(reply["receipt"]) == 16:
            self.acknowledged[submission["id"]] = status
            return True
        if status != 503 or int(headers["Retry-After"]) < 1:
            self.faults.append(f"{status} {dict(headers)} {reply}")
        return status != 503


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon, cls.cluster = cls.world.daemon, cls.world.cluster

    def setUp(self):
        self.wait_for_database()

    def wait_for_database(self):
        until(lambda: self.daemon.submit(citizen())[0] == 201, "submissions are committed", 20)

    def wait_for_spool(self):
        until(lambda: self.daemon.submit(citizen())[0] == 202, "submissions are spooled", 10)

    def restart(self, **how):
        """However the daemon was left; with `how` it is put right again after the test."""
        if self.daemon.pid() is not None:
            self.daemon.stop()
        self.daemon.start(**how)
        self.wait_for_database()
        if how:
            self.addCleanup(self.restart)

    def stored(self):
        rows = self.cluster.psql("SELECT s.id, c.content IS NOT NULL FROM recueil.submission s "
                                 "LEFT JOIN recueil.submission_content c USING (collectivity_id, id)")
        self.assertTrue(all(content == "t" for _, content in rows), "a row came without its content")
        return {row[0] for row in rows}

    def assert_ledger(self, load):
        self.assertEqual(load.faults, [])
        until(lambda: set(load.acknowledged) <= self.stored(), "all that was acknowledged is stored", 20)

    def raise_descriptors(self, wanted):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))

    def backends(self):
        return [int(pid) for pid, in self.cluster.psql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'recueild'")]

    def signal_backends(self, number):
        for pid in self.backends():
            os.kill(pid, number)

    def hold(self):
        """Keeps what is sent from being stored until the returned function is called."""
        holder = subprocess.Popen(
            ["psql", "-X", "-q", "-d", f"host='{self.cluster.folder}/run' dbname=recueil user=recueil"],
            env=support.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holder.stdin.write("BEGIN; LOCK TABLE recueil.submission IN ACCESS EXCLUSIVE MODE;\n\\echo held\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), "held\n")
        return holder.communicate

    def held_backends(self):
        return int(self.cluster.value("SELECT count(*) FROM pg_stat_activity WHERE "
                                      "application_name = 'recueild' AND wait_event_type = 'Lock'"))

    # -- The database --

    def test_every_acknowledged_submission_outlives_the_databases_accidents(self):
        def terminate():
            self.cluster.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE application_name = 'recueild'")

        def stall():
            stalled = self.backends()
            for pid in stalled:
                os.kill(pid, signal.SIGSTOP)
            self.wait_for_spool()
            for pid in stalled:
                os.kill(pid, signal.SIGCONT)

        def crash():
            self.signal_backends(signal.SIGKILL)

        def stop():
            self.cluster.stop()
            self.wait_for_spool()
            self.cluster.start()

        def kill():
            self.cluster.kill()
            self.cluster.start()

        with Load(self.daemon) as load:
            for accident in (terminate, stall, crash, stop, kill):
                with self.subTest(accident.__name__):
                    load.wait_for(20)
                    accident()
                    load.wait_for(20)
        self.assert_ledger(load)
        self.daemon.wait_ready()

    def test_it_waits_for_a_schema_that_is_not_there_yet(self):
        cluster = support.Cluster().start()
        self.addCleanup(cluster.remove)
        daemon = support.Daemon(cluster).start(ready=False)
        self.addCleanup(daemon.stop)
        self.assertEqual(daemon.submit(citizen())[0], 503)
        cluster.recueil("migrate")
        cluster.publish(self.world.files)
        until(lambda: daemon.submit(citizen())[0] == 201, "a submission is stored", 30)

    # -- The daemon --

    def test_the_end_of_the_daemon_loses_nothing_it_acknowledged_and_answers_what_was_sent(self):
        release = self.hold()
        bodies = [json.dumps(citizen()).encode() for _ in range(30)]
        sockets = []
        for body in bodies:
            client = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20)
            client.sendall(head_of(body))
            sockets.append(client)
        with Load(self.daemon, will_end=True) as load:
            until(self.held_backends, "a batch is held")
            ending = threading.Thread(target=self.daemon.stop)
            ending.start()
            release()
            ending.join()
        told = collections.Counter()
        for client in sockets:
            with client:
                reply = http.client.HTTPResponse(client)
                reply.begin()
                told[reply.status, reply.headers["Connection"]] += 1
        self.assertEqual(sum(told.values()), len(bodies))
        self.assertLessEqual({status for status, _ in told}, {201, 202}, told)
        self.restart()
        sent = {json.loads(body)["id"] for body in bodies}
        until(lambda: sent <= self.stored(), "all that was sent is stored", 20)
        self.assert_ledger(load)

    def test_a_new_version_is_published_while_requests_are_under_way(self):
        path = os.path.join(self.world.files, "surveys/demarches.json")
        survey = json.loads(support.read(path))
        release = self.hold()
        held = [socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) for _ in range(20)]
        for client in held:
            client.sendall(head_of(json.dumps(citizen()).encode()))
        until(self.held_backends, "a batch is held")
        release()
        with Load(self.daemon) as load:
            for turn in range(3):
                survey["title"]["fr"] = f"Version {turn}"
                support.write(path, json.dumps(survey))
                self.cluster.publish(self.world.files)
                until(lambda t=turn: f"Version {t}" in
                      self.daemon.request("GET", "/casud/demarches")[2].decode(), "it is shown", 20)
                load.wait_for(20)
        for client in held:
            with client:
                self.assertRegex(client.recv(4096), rb"^HTTP/1.1 201 ")
        self.assert_ledger(load)

    def test_idle_clients_do_not_keep_postgresql_out_where_descriptors_are_few(self):
        self.restart(descriptors=64)
        idle = [socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) for _ in range(150)]
        self.assertEqual(self.daemon.submit(citizen())[0], 201)
        self.cluster.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                          "WHERE application_name = 'recueild'")
        until(lambda: self.daemon.submit(citizen())[0] == 201, "a submission is stored", 10)
        for client in idle:
            client.close()

    # -- Clients --

    def test_it_stays_small_whatever_two_thousand_clients_send_while_the_database_does_not_answer(self):
        self.raise_descriptors(2200)
        with unittest.mock.patch.object(support, "BUILD", RELEASE):  # sanitizers take memory of their own
            self.restart(ready=True)
        release = self.hold()
        clients = []
        for _ in range(2000):
            client = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=30)
            client.setblocking(False)
            body = json.dumps(citizen()).encode().ljust(65000)
            try:
                client.send(head_of(body))
            except BlockingIOError:
                pass
            clients.append(client)
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        release()
        for client in clients:
            client.close()
        until(lambda: self.daemon.submit(citizen())[0] == 201, "it stores again", 10)
        peak = int(re.search(r"VmHWM:\s+([0-9]+)", support.read(f"/proc/{self.daemon.pid()}/status"))[1])
        self.assertLess(peak, 64 * 1024, "KiB")

    def test_one_id_sent_by_many_at_once_counts_once(self):
        submission = citizen()
        other = {**submission, "placement": "autre-affiche"}
        told = []
        start = threading.Barrier(50)

        def send(what):
            start.wait()
            told.append(self.daemon.submit(what)[0])

        threads = [threading.Thread(target=send, args=(what,)) for what in 25 * [submission, other]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(collections.Counter(told), {201: 1, 200: 24, 409: 25})
        self.assertIn(submission["id"], self.stored())

    def test_replays_among_new_submissions_are_each_told_their_own(self):
        wrong = []
        start = threading.Barrier(CLIENTS)

        def run():
            start.wait()
            sent = []
            for turn in range(60):
                replays = turn % 2 == 1
                submission = sent[turn // 4] if replays else citizen()
                sent.append(submission)
                status, _, reply = self.daemon.submit(submission)
                if (status, reply["id"]) != (200 if replays else 201, submission["id"]):
                    wrong.append((status, reply, submission["id"]))

        threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_client_that_leaves_while_it_is_held_is_stored_all_the_same(self):
        release = self.hold()
        sent = []
        staying = []
        for turn in range(30):
            submission = citizen()
            sent.append(submission["id"])
            client = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20)
            client.sendall(head_of(json.dumps(submission).encode()))
            if turn % 3 == 0:  # a reset
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
            elif turn % 3 == 1:
                client.close()
            else:
                client.shutdown(socket.SHUT_WR)
                staying.append(client)
        until(self.held_backends, "a batch is held")
        release()
        for client in staying:
            with client:
                self.assertRegex(client.recv(4096), rb"^HTTP/1.1 201 ")
        until(lambda: self.stored() >= set(sent), "all are stored", 10)

    def test_a_bulk_file_with_other_line_ends_is_the_same_file(self):
        lines = [json.dumps(citizen()).encode() for _ in range(3)]
        _, _, first = self.daemon.bulk(lines, self.world.key)
        self.assertEqual([line["status"] for line in first], [201, 201, 201])
        _, _, again = self.daemon.bulk([line + b"\r" for line in lines] + [b"\r", b""], self.world.key)
        self.assertEqual([line["status"] for line in again], [200, 200, 200])
        self.assertEqual([line["receipt"] for line in again], [line["receipt"] for line in first])


if __name__ == "__main__":
    unittest.main()
