# The private PostgreSQL cluster that all candidates store in: stock settings (fsync on, Unix socket) but
# for max_connections, because the pools of all candidates stay open side by side. Its flush to disk can be
# slowed.
#
# SPDX-License-Identifier: Apache-2.0
import os
import pwd
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "real"))
import support  # noqa: E402

MAX_CONNECTIONS = 500
PEER_DATABASE = "peers"


class Database(support.Cluster):
    """As the tests' cluster, but one whose COMMIT means what it says."""

    def __init__(self):
        super().__init__()
        text = support.read(self.config).replace("accept_unsynced_database = yes\n", "")
        support.write(self.config, text)
        self.files = support.casud_copy()
        self._shim = None

    def start(self):
        self._private_cluster("up")
        self.psql(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}", database="postgres")
        self.stop()
        self._private_cluster("up")
        self.psql(f"CREATE DATABASE {PEER_DATABASE}", database="postgres")
        self.psql(support.read(os.path.join(HERE, "peers/schema.sql")), database=PEER_DATABASE)
        self.recueil("migrate")
        self.publish(self.files)
        return self

    def restart_slowed(self, microseconds):
        """Each flush takes so much more from now on. private-cluster hands no environment on."""
        self.stop()
        self._shim = os.path.join(self.folder, "slow_flush.so")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", self._shim,
                        os.path.join(HERE, "slow_flush.c"), "-ldl"], check=True)
        data = os.path.join(self.folder, "cluster/data")
        command = [*self._as_owner(data), "env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
                   f"LD_PRELOAD={self._shim}", f"SLOW_FLUSH_US={microseconds}",
                   os.path.join(self._binaries(data), "pg_ctl"), "-D", data,
                   "-l", os.path.join(self.folder, "cluster/pg.log"), "-w", "-t", "60", "start"]
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=90)

    @staticmethod
    def _as_owner(data):
        if os.geteuid() != 0:
            return []
        owner = pwd.getpwuid(os.stat(data).st_uid).pw_name
        return ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]

    @staticmethod
    def _binaries(data):
        version = support.read(os.path.join(data, "PG_VERSION")).strip()
        return f"/usr/lib/postgresql/{version}/bin"

    def postmaster(self):
        return int(support.read(os.path.join(self.folder, "cluster/data/postmaster.pid")).split()[0])

    def peer_environment(self):
        return support.environment({"PGHOST": f"{self.folder}/run", "PGPORT": "5432",
                                    "PGUSER": "recueil", "PGDATABASE": PEER_DATABASE})

    def remove(self):
        super().remove()
        shutil.rmtree(os.path.dirname(self.files))
