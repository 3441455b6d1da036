# How recueild begins, ends and changes under way: signals, the service manager's messages and watchdog,
# sockets that were handed over, several processes at one port, and the spool while nobody serves it.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import admin
import support
from support import citizen, until

CLIENTS = 8
SUBMISSIONS = "/v1/casud/surveys/demarches/submissions"
EXIT_LIMIT_S = 30

# Moves the descriptors it was given to 3, 4, …, as systemd does, and becomes recueild.
LAUNCHER = """
import fcntl, os, sys
given = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 50) for fd in sys.argv[1].split(",")]
for at, fd in enumerate(given, 3):
    os.dup2(fd, at, inheritable=True)
    os.close(fd)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(given))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Daemon(support.Daemon):
    """One whose exit a test looks at, and that may be handed sockets."""

    def __init__(self, cluster, env=None, sockets=()):
        super().__init__(cluster, env)
        self._sockets = sockets
        if sockets:
            self.port = sockets[0].getsockname()[1]

    def start(self, ready=True, descriptors=None):
        if not self._sockets:
            return super().start(ready, descriptors)
        numbers = [one.fileno() for one in self._sockets]
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, ",".join(map(str, numbers)),
                 os.path.join(support.BUILD, "recueild"), "--config", self._cluster.config],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=numbers,
                env=support.environment(self._env))
        until(self._answers, "recueild answers")
        if ready:
            self.wait_ready()
        return self

    def signal(self, number):
        self._process.send_signal(number)

    def wait_end(self, limit_s=EXIT_LIMIT_S):
        """Its exit code, once it has ended by itself."""
        process, self._process = self._process, None
        return process.wait(limit_s)

    def whole_log(self):
        return support.read(self.log_path)

    def end(self):
        if self.pid() is not None:
            self.stop()


class KeptAlive:
    """Clients that send one submission after the other, each on a connection that they keep as long as the
    daemon lets them. Not to be let in any more is no fault; to be left without a reply is one."""

    def __init__(self, port, refused_is_a_fault=False):
        self.acknowledged, self.faults, self.reconnected = {}, [], 0
        self._port, self._refused_is_a_fault = port, refused_is_a_fault
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
        until(lambda: len(self.acknowledged) >= wanted or self.faults, f"{more} more are acknowledged", 30)

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        try:
            while not self._stop.is_set():
                if connection.sock is None:
                    connection.connect()
                    self.reconnected += 1
                self._send_one(connection)
        except ConnectionRefusedError:
            if self._refused_is_a_fault:
                self.faults.append("refused")
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(repr(error))
        finally:
            connection.close()

    def _send_one(self, connection):
        submission = citizen()
        connection.request("POST", SUBMISSIONS, json.dumps(submission), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        told = json.loads(reply.read())
        if reply.status not in (201, 202) or told["id"] != submission["id"]:
            self.faults.append(f"{reply.status} {told}")
        self.acknowledged[submission["id"]] = reply.status


class Notified:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, name):
        self.messages = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self._socket.setblocking(False)

    def read(self):
        try:
            while True:
                self.messages.append(self._socket.recv(4096).decode().split("\n"))
        except BlockingIOError:
            return self.messages

    def states(self):
        return [message[0] for message in self.read() if message[0] != "WATCHDOG=1"]

    def pings(self):
        return sum(message == ["WATCHDOG=1"] for message in self.read())

    def close(self):
        self._socket.close()


class Signals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.cluster = cls.world.cluster
        cls.config = support.read(cls.cluster.config)

    def setUp(self):
        """Its own daemon; that of the world gives it the state folder."""
        if self.world.daemon.pid() is not None:
            self.world.daemon.stop()
        self.addCleanup(self.start_the_world)
        self.addCleanup(support.write, self.cluster.config, self.config)

    def start_the_world(self):
        self.world.daemon.start()

    def start(self, env=None, sockets=(), ready=True):
        daemon = Daemon(self.cluster, env, sockets).start(ready=ready)
        self.addCleanup(daemon.end)
        self.wait_stores(daemon)
        return daemon

    def wait_stores(self, daemon):
        """Until this very process promises 201: it is ready before, with its spool."""
        until(lambda: "started" in daemon.whole_log(), "it runs", 30)
        port = admin.port_of(daemon)
        until(lambda: admin.ask(port, "/readyz")[0] == 200, "it is ready", 30)
        until(lambda: admin.document(port, "/status")["database_up"], "it reaches the database", 30)

    def assert_stored(self, ids):
        def missing():
            return set(ids) - {row[0] for row in self.cluster.psql("SELECT id FROM recueil.submission")}

        until(lambda: not missing(), "every acknowledged submission is in the database", 60)

    def stall(self):
        """PostgreSQL stands still, all of it, until the returned function is called."""
        with open(os.path.join(self.cluster.folder, "cluster/data/postmaster.pid"), encoding="ascii") as file:
            postmaster = int(file.readline())
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True,
                                  text=True, check=True).stdout.split()
        pids = [postmaster, *map(int, children)]

        def go_on():
            while pids:
                try:
                    os.kill(pids.pop(), signal.SIGCONT)
                except ProcessLookupError:
                    continue

        self.addCleanup(go_on)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        return go_on

    # -- The end --

    def test_sigterm_under_load_leaves_nothing_that_was_sent_unanswered(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                daemon = self.start()
                with KeptAlive(daemon.port) as load:
                    load.wait_for(100)
                    daemon.signal(number)
                    self.assertEqual(daemon.wait_end(), 0, daemon.log())
                self.assertEqual(load.faults, [])
                self.assertGreater(len(load.acknowledged), 100)
                self.assert_stored(load.acknowledged)
                self.assertIn("drained owed=0", daemon.log())

    def test_the_administrator_is_answered_while_the_rest_drains(self):
        daemon = self.start()
        port = admin.port_of(daemon)
        go_on = self.stall()
        with OneEach(daemon.port) as clients:
            until(lambda: admin.document(port, "/status")["owed"] == CLIENTS, "all submissions wait", 10)
            daemon.signal(signal.SIGTERM)
            until(lambda: admin.document(port, "/status")["stopping"], "it says that it is stopping", 10)
            self.assertEqual(admin.ask(port, "/livez")[0], 200)
            status, _, body = admin.ask(port, "/readyz")
            self.assertEqual((status, json.loads(body)["reason"]), (503, "recueild is stopping"))
            with self.assertRaises(ConnectionRefusedError):
                daemon.request("GET", "/livez")
            self.assertEqual(daemon.wait_end(), 0)  # the hold limit sends them to the spool
        go_on()
        self.assertEqual([status for status, _ in clients.told], [202] * CLIENTS)

    def test_a_second_sigterm_spools_at_once_and_every_reply_leaves(self):
        daemon = self.start({"RECUEIL_HOLD_LIMIT": "60s"})
        port = admin.port_of(daemon)
        go_on = self.stall()
        with OneEach(daemon.port) as clients:
            until(lambda: admin.document(port, "/status")["owed"] == CLIENTS, "all submissions wait", 10)
            daemon.signal(signal.SIGTERM)
            until(lambda: admin.document(port, "/status")["stopping"], "it says that it is stopping", 10)
            self.assertEqual(admin.document(port, "/status")["owed"], CLIENTS)
            began = time.monotonic()
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait_end(), 0)
            self.assertLess(time.monotonic() - began, 5)
        go_on()
        self.assertEqual([status for status, _ in clients.told], [202] * CLIENTS)
        self.start()  # the same state folder: what was spooled is drained
        self.assert_stored(told["id"] for _, told in clients.told)

    # -- Settings --

    def hang_up(self, daemon, said):
        """SIGHUP, until the log says so once more."""
        before = daemon.whole_log().count(said)
        daemon.signal(signal.SIGHUP)
        until(lambda: daemon.whole_log().count(said) > before, f"the log says {said}", 10)

    def connections_taken(self, daemon, wanted):
        """How many of the wanted connections are answered while all of them are open."""
        taken, opened = 0, []
        for _ in range(wanted):
            connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
            opened.append(connection)
            try:
                connection.request("GET", "/livez")
                connection.getresponse().read()
                taken += 1
            except (OSError, http.client.HTTPException):
                pass
        for connection in opened:
            connection.close()
        return taken

    def test_settings_with_a_mistake_change_nothing(self):
        daemon = self.start()
        bad = self.config + "connections_per_address = 1\ntrusted_proxies = 192.0.2.1\nhold_limit = never\n"
        support.write(self.cluster.config, bad)
        self.hang_up(daemon, "settings_kept")
        line = bad.count("\n")
        self.assertIn(f'{self.cluster.config}:{line}: \\"hold_limit\\" must be a duration', daemon.log())
        self.assertEqual(self.connections_taken(daemon, 5), 5)
        self.assertEqual(daemon.submit(citizen())[0], 201)
        os.rename(self.cluster.config, self.cluster.config + ".away")
        self.addCleanup(os.remove, self.cluster.config + ".away")
        self.hang_up(daemon, "settings_kept")
        self.assertEqual(daemon.submit(citizen())[0], 201)

    def test_settings_that_may_change_at_once_do(self):
        daemon = self.start()
        self.assertEqual(self.connections_taken(daemon, 5), 5)
        support.write(self.cluster.config, self.config + "connections_per_address = 2\nlog_level = debug\n"
                      "trusted_proxies = 192.0.2.1\nbatch_limit = 5\nacknowledged_keep_days = 3\n")
        self.hang_up(daemon, "settings_read")
        self.assertIn('changed="trusted_proxies log_level batch_limit acknowledged_keep_days '
                      'connections_per_address"', daemon.log())
        until(lambda: self.connections_taken(daemon, 5) == 2, "this address may have two connections", 10)
        support.write(self.cluster.config, self.config + "connections_per_address = 2\n"
                      "trusted_proxies = 127.0.0.1\nlog_level = warning\n")
        daemon.signal(signal.SIGHUP)
        until(lambda: self.connections_taken(daemon, 5) == 5, "a trusted proxy has no cap", 10)
        self.assertEqual(daemon.whole_log().count("settings_read"), 1, "log_level = warning hides it")
        support.write(self.cluster.config, self.config)
        self.hang_up(daemon, "settings_read")

    def test_settings_that_need_a_restart_are_named_and_stay(self):
        daemon = self.start()
        other = self.config.replace("admin_listen = 127.0.0.1:0", "admin_listen = 127.0.0.1:1")
        support.write(self.cluster.config, other + "database_connections = 3\nreuse_port = yes\n"
                      "queue_limit = 77\n")
        self.hang_up(daemon, "settings_read")
        for name in ("admin_listen", "database_connections", "reuse_port"):
            self.assertIn(f"setting_needs_restart name={name} ", daemon.log())
        self.assertIn('changed="queue_limit"', daemon.log())
        self.assertEqual(admin.ask(admin.port_of(daemon), "/livez")[0], 200)
        self.assertEqual(daemon.submit(citizen())[0], 201)

    def test_settings_are_read_again_and_again_under_load(self):
        daemon = self.start()
        with KeptAlive(daemon.port) as load:
            for turn in range(12):
                load.wait_for(5)
                support.write(self.cluster.config, self.config + (
                    f"batch_limit = {turn + 1}\nconnection_limit = {100 * (turn + 1)}\n"
                    f"trusted_proxies = 127.0.0.1\ntrusted_proxies = 10.0.0.{turn}\n"))
                self.hang_up(daemon, "settings_read")
        self.assertEqual(load.faults, [])
        self.assert_stored(load.acknowledged)

    # -- The service manager --

    def notified(self, name):
        manager = Notified(name)
        self.addCleanup(manager.close)
        return manager

    def test_the_service_manager_is_told_what_happens(self):
        for name in (os.path.join(self.cluster.folder, "notify"), f"@recueil-{os.getpid()}"):
            with self.subTest(name=name):
                manager = self.notified(name)
                daemon = self.start({"NOTIFY_SOCKET": name})
                until(lambda m=manager: m.states() == ["READY=1"], "it is ready", 10)
                self.assertEqual(manager.messages[0][1], f"STATUS=Listening at port {daemon.port}, for "
                                                         f"administration at port {admin.port_of(daemon)}")
                daemon.signal(signal.SIGHUP)
                until(lambda m=manager: m.states() == ["READY=1", "RELOADING=1", "READY=1"], "it reloads", 10)
                self.assertRegex(manager.messages[1][1], r"^MONOTONIC_USEC=[0-9]+$")
                daemon.signal(signal.SIGTERM)
                self.assertEqual(daemon.wait_end(), 0)
                self.assertEqual(manager.states()[3:], ["STOPPING=1"])
                self.assertEqual(manager.pings(), 0)

    def test_the_watchdog_hears_of_it_while_postgresql_stands_still(self):
        name = os.path.join(self.cluster.folder, "watchdog")
        manager = self.notified(name)
        daemon = self.start({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"})
        go_on = self.stall()
        with OneEach(daemon.port) as clients:
            before = manager.pings()
            began = time.monotonic()
            until(lambda: manager.pings() >= before + 10, "the watchdog hears of it ten times", 20)
            self.assertGreater(time.monotonic() - began, 0.8)
        self.assertEqual([status for status, _ in clients.told], [202] * CLIENTS)
        go_on()

    # -- Sockets that were handed over --

    def listening(self, count):
        sockets = [socket.create_server(("127.0.0.1", 0), backlog=1000) for _ in range(count)]
        for one in sockets:
            self.addCleanup(one.close)
        return sockets

    def test_it_serves_the_sockets_that_it_is_handed(self):
        for names in (None, "recueild:admin", "recueild.socket:admin"):
            with self.subTest(names=names):
                public, private = self.listening(2)
                daemon = self.start({} if names is None else {"LISTEN_FDNAMES": names},
                                    sockets=(public, private))
                self.assertEqual(admin.port_of(daemon), private.getsockname()[1])
                self.assertEqual(admin.document(admin.port_of(daemon), "/status")["pid"], daemon.pid())
                self.assertEqual(daemon.submit(citizen())[0], 201)
                daemon.stop()

    def test_the_administrator_s_socket_is_known_by_its_name(self):
        private, public = self.listening(2)
        daemon = Daemon(self.cluster, {"LISTEN_FDNAMES": "admin:recueild"}, sockets=(private, public))
        daemon.port = public.getsockname()[1]
        daemon.start()
        self.addCleanup(daemon.end)
        self.wait_stores(daemon)
        self.assertEqual(admin.port_of(daemon), private.getsockname()[1])
        self.assertEqual(daemon.submit(citizen())[0], 201)

    def test_one_socket_is_the_public_one(self):
        daemon = self.start(sockets=self.listening(1))
        self.assertNotEqual(admin.port_of(daemon), daemon.port)
        self.assertEqual(daemon.submit(citizen())[0], 201)

    def test_nobody_is_refused_while_it_is_restarted_at_a_socket_that_stays(self):
        sockets = self.listening(1)
        daemon = self.start(sockets=sockets)
        with KeptAlive(daemon.port, refused_is_a_fault=True) as load:
            for _ in range(4):
                load.wait_for(50)
                daemon.signal(signal.SIGTERM)
                self.assertEqual(daemon.wait_end(), 0, daemon.log())
                daemon.start(ready=False)
            load.wait_for(50)
        self.assertEqual(load.faults, [])
        self.assertGreaterEqual(load.reconnected, 5 * CLIENTS)
        self.assert_stored(load.acknowledged)

    # -- Several processes --

    def other_state(self):
        path = os.path.join(self.cluster.folder, f"state-{support.new_id()}")
        os.mkdir(path, 0o700)
        return path

    def test_two_processes_share_a_port_and_each_serves(self):
        first = self.start({"RECUEIL_REUSE_PORT": "yes"})
        second = Daemon(self.cluster, {"RECUEIL_REUSE_PORT": "yes", "RECUEIL_STATE_DIR": self.other_state()})
        second.port, second.log_path = first.port, first.log_path + ".second"
        second.start()
        self.addCleanup(second.end)
        self.wait_stores(second)

        def stored(daemon):
            return admin.figures(admin.port_of(daemon)).value("recueil_store_results_total", result="stored")

        def both_stored():
            self.assertEqual(first.submit(citizen())[0], 201)
            return stored(first) > 0 and stored(second) > 0

        until(both_stored, "the kernel gives both some of the submissions", 30)
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait_end(), 0)
        for _ in range(10):
            self.assertEqual(second.submit(citizen())[0], 201)

    def refused(self, **settings):
        ran = subprocess.run([f"{support.BUILD}/recueild", "--config", self.cluster.config],
                             env=support.environment(settings), capture_output=True, text=True, timeout=60,
                             check=False)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        return ran.stderr

    def test_a_second_process_without_reuse_port_is_told_that_the_port_is_taken(self):
        daemon = self.start()
        said = self.refused(RECUEIL_LISTEN=f"127.0.0.1:{daemon.port}", RECUEIL_STATE_DIR=self.other_state())
        self.assertIn(f"127.0.0.1:{daemon.port} is taken", said)

    def test_a_state_folder_serves_one_process(self):
        self.start()
        said = self.refused(RECUEIL_LISTEN="127.0.0.1:0")
        self.assertIn(os.path.join(self.cluster.folder, "state"), said)

    # -- The spool while nobody serves it --

    def print_spool(self, **settings):
        return subprocess.run([f"{support.BUILD}/recueild", "--config", self.cluster.config, "--spool"],
                              env=support.environment(settings), capture_output=True, text=True, timeout=60,
                              check=False)

    def test_the_spool_is_printed_while_no_daemon_runs(self):
        daemon = self.start()
        go_on = self.stall()
        with OneEach(daemon.port) as clients:
            pass
        ran = self.print_spool()
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("ask it, at /spool of its admin_listen", ran.stderr)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait_end(), 0)
        ran = self.print_spool()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        items = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(sorted(item["id"] for item in items), sorted(told["id"] for _, told in clients.told))
        for item in items:
            self.assertEqual(set(item), {"collectivity", "id", "hash", "place", "received_at"})
            self.assertEqual(item["place"], "waiting")
        go_on()
        self.start()
        self.assert_stored(told["id"] for _, told in clients.told)

    def test_a_state_folder_without_a_spool_has_nothing_to_print(self):
        state = self.other_state()
        ran = self.print_spool(RECUEIL_STATE_DIR=state)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))
        self.assertEqual(os.listdir(state), [])
        ran = self.print_spool(RECUEIL_STATE_DIR=state + "/nowhere")
        self.assertEqual(ran.returncode, 1)
        self.assertIn(state + "/nowhere", ran.stderr)


class OneEach:
    """Clients that send one submission each and wait for what they are told, to the end of the block."""

    def __init__(self, port):
        self.told = []
        self._port = port
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        for thread in self._threads:
            thread.join()

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        try:
            connection.request("POST", SUBMISSIONS, json.dumps(citizen()), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            self.told.append((reply.status, json.loads(reply.read())))
        except (OSError, http.client.HTTPException) as error:
            self.told.append((repr(error), {"id": None}))
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
