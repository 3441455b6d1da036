# What the real ring stands on: a private PostgreSQL cluster in a folder of its own, the daemon and the
# command line as they were built with sanitizers, and CASUD's files published to them. Python's standard
# library only. Nothing here sleeps to be in step with another process: it asks, until a deadline.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("RECUEIL_BUILD", "build/dev"))
CASUD = os.path.join(ROOT, "config/collectivities/casud")
PRIVATE_CLUSTER = os.path.join(ROOT, "packaging/private-cluster")

START_LIMIT_S = 60
POLL_S = 0.05

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:exitcode=99:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
}


def environment(extra=None):
    """The caller's environment without what would reach PostgreSQL or Recueil, with the sanitizers'."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "RECUEIL_"))}
    return {**kept, **SANITIZERS, **(extra or {})}


def until(condition, what, limit_s=START_LIMIT_S):
    """The first true value of condition(), asked every 50 ms; fails, saying what, at the deadline."""
    deadline = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit_s} s: {what}")
        time.sleep(POLL_S)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def folder():
    """A new folder that PostgreSQL's system user can reach, with a path short enough for a socket."""
    path = tempfile.mkdtemp(prefix="recueil-", dir="/tmp")
    os.chmod(path, 0o755)
    return path


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Ran:
    """A command that ended: its exit code, what it printed (bytes) and what it said (text)."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.said = process.stderr.decode("utf-8", "replace")


class Cluster:
    """A private cluster and the settings that lead to it."""

    def __init__(self):
        self.folder = folder()
        self.conninfo = f"host='{self.folder}/run' dbname=recueil"
        self.config = os.path.join(self.folder, "recueil.conf")
        secret = os.path.join(self.folder, "secret")
        with open(secret, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(os.urandom(32))
        state = os.path.join(self.folder, "state")
        os.mkdir(state, 0o700)
        write(self.config, f"database = {self.conninfo}\nsecret_file = {secret}\nstate_dir = {state}\n"
              "accept_unsynced_database = yes\nadmin_listen = 127.0.0.1:0\n")

    def _private_cluster(self, *arguments):
        ran = subprocess.run([PRIVATE_CLUSTER, self.folder, *arguments], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if ran.returncode != 0:
            raise AssertionError(f"private-cluster {' '.join(arguments)}: {ran.stdout}")

    def start(self):
        self._private_cluster("up", "--no-sync")
        return self

    def stop(self):
        self._private_cluster("down")

    def kill(self):
        """As if the power failed."""
        with open(os.path.join(self.folder, "cluster/data/postmaster.pid"), encoding="ascii") as file:
            os.kill(int(file.readline()), signal.SIGKILL)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    def psql(self, sql, user="recueil", database="recueil"):
        """The rows of the last statement as tuples of text; None where null."""
        command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-R", "\x1e",
                   "-P", "null=\x02", "-d", f"host='{self.folder}/run' dbname={database} user={user}",
                   "-c", sql]
        ran = subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                             check=False)
        if ran.returncode != 0:
            raise AssertionError(f"{sql}\n{ran.stderr.decode()}")
        text = ran.stdout.decode("utf-8")
        if text == "":
            return []
        rows = text[:-1] if text.endswith("\n") else text
        return [tuple(None if value == "\x02" else value for value in row.split("\x1f"))
                for row in rows.split("\x1e")]

    def value(self, sql, user="recueil"):
        return self.psql(sql, user)[0][0]

    def recueil(self, *arguments, check=True, env=None):
        """Runs the command line; check: any exit code but 0 fails the test and shows what was said."""
        process = subprocess.run([os.path.join(BUILD, "recueil"), *arguments], stdin=subprocess.DEVNULL,
                                 env=environment({"RECUEIL_CONFIG": self.config, **(env or {})}),
                                 capture_output=True, timeout=300, check=False)
        ran = Ran(process)
        # A sanitizer's finding fails the test whatever exit code it expects.
        if (check and ran.code != 0) or ran.code == 99 or ran.code < 0:
            raise AssertionError(f"recueil {' '.join(arguments)}: exit {ran.code}\n{ran.said}")
        return ran

    def publish(self, directory, *options):
        return self.recueil("publish", *options, directory)


def casud_copy():
    """CASUD's files in a new folder of that name, open whatever day the tests run."""
    copy = os.path.join(folder(), "casud")
    shutil.copytree(CASUD, copy)
    for name in os.listdir(os.path.join(copy, "surveys")):
        path = os.path.join(copy, "surveys", name)
        write(path, re.sub(r'"(opens|closes)": "[0-9-]*",\s*', "", read(path)))
    return copy


class Daemon:
    """recueild on a free port with the settings of a cluster."""

    def __init__(self, cluster, env=None):
        self.port = free_port()
        self.log_path = os.path.join(cluster.folder, f"recueild-{self.port}.log")
        self._cluster = cluster
        self._env = env or {}
        self._process = None

    def start(self, ready=True, descriptors=None, database=True):
        """Until /livez answers and, with ready, /readyz is 200 and, with database too, it takes
        submissions (201, not 202). descriptors: as many as it may open."""
        limited = [] if descriptors is None else ["prlimit", f"--nofile={descriptors}:{descriptors}"]
        env = environment({"RECUEIL_LISTEN": f"127.0.0.1:{self.port}", **self._env})
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                [*limited, os.path.join(BUILD, "recueild"), "--config", self._cluster.config],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
        until(self._answers, "recueild answers")
        if ready:
            self.wait_ready()
        if ready and database:
            until(lambda: self.status().get("database_up"), "the database takes submissions")
        return self

    def status(self):
        """What its administration says at /status; nothing before it said in the log where that is."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            ports = re.findall(r"started .*admin_port=([0-9]+)", log.read())
        if not ports:
            return {}
        connection = http.client.HTTPConnection("127.0.0.1", int(ports[-1]), timeout=30)
        try:
            connection.request("GET", "/status")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def _answers(self):
        if self._process.poll() is not None:
            raise AssertionError(f"recueild ended with {self._process.returncode}\n{self.log()}")
        try:
            return self.request("GET", "/livez")[0] == 200
        except OSError:
            return False

    def wait_ready(self, status=200, limit_s=START_LIMIT_S):
        until(lambda: self.request("GET", "/readyz")[0] == status, f"/readyz gives {status}", limit_s)

    def stop(self):
        """Asks for an orderly end; anything but exit 0 fails and shows the log."""
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"recueild did not stop within 40 s\n{self.log()}") from None
        if code != 0:
            raise AssertionError(f"recueild ended with {code}\n{self.log()}")

    def pid(self):
        """None while it does not run."""
        return None if self._process is None else self._process.pid

    def kill(self):
        process, self._process = self._process, None
        process.kill()
        process.wait()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()[-20000:]

    def request(self, method, path, body=None, headers=None):
        """One exchange on a connection of its own: (status, headers, body as bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def raw(self, sent, limit_s=15):
        """Sends these bytes and returns all that comes back until the daemon closes."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit_s) as connection:
            connection.sendall(sent)
            try:
                while block := connection.recv(65536):
                    received += block
            except ConnectionResetError:
                pass
        return received

    def submit(self, submission, survey="demarches", headers=None, collectivity="casud"):
        """POSTs one submission; bytes go as they are. Returns (status, headers, decoded body)."""
        body = submission if isinstance(submission, bytes) else json.dumps(submission).encode()
        status, got, reply = self.request(
            "POST", f"/v1/{collectivity}/surveys/{survey}/submissions", body,
            {"Content-Type": "application/json", **(headers or {})})
        return status, got, json.loads(reply)

    def bulk(self, lines, key, survey="demarches"):
        """POSTs lines (objects or bytes); returns (status, headers, replies: a list, or a problem)."""
        body = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n"
                        for line in lines)
        headers = {"Content-Type": "application/x-ndjson"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        status, got, reply = self.request(
            "POST", f"/v1/casud/surveys/{survey}/submissions/bulk", body, headers)
        if status == 200:
            return status, got, [json.loads(line) for line in reply.decode().splitlines()]
        return status, got, json.loads(reply)


class World:
    """A cluster with CASUD published, a bulk key and a daemon that is ready."""

    def __init__(self):
        self.cluster = Cluster().start()
        self.cluster.recueil("migrate")
        self.files = casud_copy()
        self.cluster.publish(self.files)
        self.key = self.cluster.recueil("key", "tests").out.decode().split()[-1]
        self.daemon = Daemon(self.cluster).start()

    def end(self):
        try:
            self.daemon.stop()
        finally:
            self.cluster.remove()
            shutil.rmtree(os.path.dirname(self.files))


def new_id():
    return str(uuid.uuid4())


def citizen(**changes):
    """A submission that fits `demarches`; the named members take the place of its own."""
    submission = {
        "id": new_id(), "procedure": "dechets-bac", "audience": "citizen", "channel": "desk",
        "language": "fr", "placement": "affiche-mairie",
        "answers": {"satisfaction": 2, "issue": "done", "aide": "none", "irritants": ["delai", "pieces"]},
    }
    submission.update(changes)
    return {name: value for name, value in submission.items() if value is not None}


def agent(**changes):
    """The same for `agents`."""
    submission = {
        "id": new_id(), "procedure": "conges-agents", "audience": "agent",
        "answers": {"dossiers": True, "satisfaction": 4, "dossiers_mois": 40, "irritants": ["circuit"]},
    }
    submission.update(changes)
    return {name: value for name, value in submission.items() if value is not None}
