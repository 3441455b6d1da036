# What is measured against each other. A candidate is started before a series and stays up through it, idle
# while another is measured; each keeps its rows in a table that is emptied before each of its turns.
#
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import subprocess

import load
import support
from database import HERE, PEER_DATABASE

STOP_LIMIT_S = 40

# Written with the prototype's own gen.h, which knows the words that it takes.
PROTOTYPE_BODIES = r"""
#include "gen.h"
int main(void)
{
    rng_t draw = {42};
    char answers[4096];
    for (int i = 0; i < 1000; i++) {
        gen_answers(&draw, answers);
        printf("{\"survey\":\"satisfaction-2025\",\"procedure\":\"proc-%03u\",\"audience\":\"%s\","
               "\"answers\":%s}\n", zipf(&draw, 200), AUD[rn(&draw, 6)], answers);
    }
    return 0;
}
"""
PROTOTYPE_TABLE = """
CREATE TABLE prototype.submission (
    id uuid PRIMARY KEY, survey text NOT NULL, procedure text NOT NULL, audience text NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT now(), answers jsonb NOT NULL);
CREATE INDEX submission_procedure ON prototype.submission (procedure, submitted_at);
"""


class Candidate:
    """A program with a port that takes submissions by HTTP."""

    database = PEER_DATABASE
    tables = "submission"

    def __init__(self, name, cluster, bodies):
        self.name = name
        self.cluster = cluster
        self.bodies = bodies
        self.port = 0
        self._process = None

    def command(self):
        raise NotImplementedError

    def path(self):
        return "/submissions"

    def environment(self):
        return self.cluster.peer_environment()

    def pid(self):
        return self._process.pid

    def start(self):
        self.port = support.free_port()
        log = os.path.join(self.cluster.folder, f"{self.name}.log")
        with open(log, "ab") as file:
            self._process = subprocess.Popen(self.command(), env=self.environment(), stdout=file,
                                             stderr=file, stdin=subprocess.DEVNULL)
        support.until(lambda: self._listens(log), f"{self.name} listens")

    def _listens(self, log):
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}\n{support.read(log)}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def empty(self):
        self.cluster.psql(f"TRUNCATE {self.tables}", database=self.database)
        self.cluster.psql("CHECKPOINT", database=self.database)

    def rows(self):
        return int(self.cluster.psql(f"SELECT count(*) FROM {self.tables.split(',')[0]}",
                                     database=self.database)[0][0])

    def run(self, connections, seconds):
        """One turn: what the load generator saw."""
        return load.post(f"http://127.0.0.1:{self.port}{self.path()}", self.bodies, connections, seconds)


class Recueil(Candidate):
    database = "recueil"
    tables = "recueil.submission, recueil.submission_content"

    def command(self):
        return [os.path.join(support.BUILD, "recueild"), "--config", self.cluster.config]

    def environment(self):
        return support.environment({"RECUEIL_LISTEN": f"127.0.0.1:{self.port}"})

    def path(self):
        return "/v1/casud/surveys/demarches/submissions"

    def start(self):
        super().start()
        support.until(lambda: load.status(self.port, "/readyz") == 200, "recueild is ready")


class Peer(Candidate):
    def __init__(self, name, cluster, bodies, node, script, pool):
        super().__init__(name, cluster, bodies)
        self._node, self._script, self._pool = node, script, pool

    def command(self):
        return [self._node, self._script, str(self.port), str(self._pool)]


class Prototype(Candidate):
    """The bare prototype: its own table, jsonb, one connection, batches of at most 256."""

    tables = "prototype.submission"

    def __init__(self, name, cluster, source):
        super().__init__(name, cluster, os.path.join(cluster.folder, "prototype.ndjson"))
        self._program = os.path.join(cluster.folder, "prototype")
        self._build(os.path.abspath(source))
        cluster.psql(f"CREATE SCHEMA prototype; {PROTOTYPE_TABLE}", database=PEER_DATABASE)

    def _build(self, source):
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libevent", "jansson", "libpq"],
                               check=True, capture_output=True, text=True).stdout.split()
        subprocess.run(["gcc", "-O2", "-w", "-o", self._program, source, *flags, "-lm"], check=True)
        writer = self._program + "-bodies"
        subprocess.run(["gcc", "-O2", "-w", "-I", os.path.dirname(source), "-x", "c", "-", "-o", writer,
                        "-lm"], input=PROTOTYPE_BODIES, text=True, check=True)
        with open(self.bodies, "wb") as file:
            subprocess.run([writer], stdout=file, check=True)

    def command(self):
        return [self._program, str(self.port), "1", "256", "unnest"]

    def environment(self):
        return {**super().environment(), "PGOPTIONS": "-c search_path=prototype"}

    def path(self):
        return "/submit"


class Pgbench(Candidate):
    """Single prepared INSERTs without HTTP or JSON to check: what PostgreSQL does by itself."""

    def start(self):
        pass

    def stop(self):
        pass

    def pid(self):
        return None

    def run(self, connections, seconds):
        return load.pgbench(self.environment(), os.path.join(HERE, "single_insert.pgbench"),
                            self.bodies, connections, seconds)
