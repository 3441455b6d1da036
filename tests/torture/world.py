# A cluster that keeps its promises (fsync), CASUD published to it, and the daemon as it is released, which
# may be started in several ways and killed at any moment.
#
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request

import support
from commit_proxy import CommitProxy
from support import until

HOLD_LIMIT_MS = 400
SMALL_DISK_MIB = 24
DRAIN_LIMIT_S = 10


class SyncedCluster(support.Cluster):
    def __init__(self):
        super().__init__()
        state = os.path.join(self.folder, "state")
        support.write(self.config, f"database = {self.conninfo}\n"
                      f"secret_file = {os.path.join(self.folder, 'secret')}\nstate_dir = {state}\n"
                      f"hold_limit = {HOLD_LIMIT_MS}ms\nspool_least_free_mib = 1\n"
                      f"admin_listen = 127.0.0.1:{support.free_port()}\n")

    def start(self):
        self._private_cluster("up")
        return self

    def hasten_recovery(self):
        """After a crash, one call makes sure that all is on the disk, where there would be one a file."""
        self.psql("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
        self.psql("SELECT pg_reload_conf()")

    def postmaster(self):
        with open(os.path.join(self.folder, "cluster/data/postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())

    def children(self):
        """The processes of the server but for its first."""
        parent = self.postmaster()
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                stat = support.read(path)
            except OSError:
                continue  # it has just ended
            if int(stat[stat.rindex(")") + 2:].split()[1]) == parent:
                found.append(int(path.split("/")[2]))
        return found

    def stop_immediately(self):
        """As pg_ctl -m immediate: no checkpoint, no goodbye."""
        pid = self.postmaster()
        os.kill(pid, signal.SIGQUIT)
        until(lambda: not is_running(pid), "PostgreSQL has stopped")

    def ask(self, sql):
        """Lines of text that a script gives; psql reads it from its standard input."""
        ran = subprocess.run(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-F", "\t",
             "-d", f"host='{self.folder}/run' dbname=recueil user=recueil", "-f", "-"],
            env=support.environment(), input=sql, text=True, capture_output=True, check=False)
        if ran.returncode != 0:
            raise AssertionError(ran.stderr)
        return ran.stdout.splitlines()

    def set_read_only(self, read_only):
        change = ("SET default_transaction_read_only = on" if read_only
                  else "RESET default_transaction_read_only")
        self.psql(f"ALTER SYSTEM {change}")
        self.psql("SELECT pg_reload_conf()")


def is_running(pid):
    try:
        stat = support.read(f"/proc/{pid}/stat")
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] != "Z"


class Recueild(support.Daemon):
    """The daemon, with what it takes to end it in the middle of something."""

    def admin(self, path):
        """A reply of the admin listener, decoded; None while it gives none."""
        address = re.search(r"^admin_listen = (.*)$", support.read(self._cluster.config), re.MULTILINE)[1]
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as reply:
                return json.load(reply)
        except OSError:
            return None

    def has_ended(self):
        return self._process.poll() is not None

    def set_ways(self, ways):
        """Environment of the next start."""
        self._env = ways


class World:
    def __init__(self):
        self.cluster = SyncedCluster().start()
        self.cluster.hasten_recovery()
        self.cluster.recueil("migrate")
        self.files = support.casud_copy()
        self.cluster.publish(self.files)
        self.cluster.ask("".join(f"CREATE INDEX torture_{table} ON recueil.{table} (id);"  # the check's
                                 for table in ("submission", "submission_content", "quarantine")))
        self.key = self.cluster.recueil("key", "torture").out.decode().split()[-1]
        self.daemon = Recueild(self.cluster)
        self.proxy = CommitProxy(os.path.join(self.cluster.folder, "proxy"),
                                 os.path.join(self.cluster.folder, "run/.s.PGSQL.5432"))
        self.clock = os.path.join(self.cluster.folder, "clock")
        support.write(self.clock, "+0")
        self.states = [os.path.join(self.cluster.folder, "state")]
        self.small_disk = self._mount_small_disk()

    def _mount_small_disk(self):
        """A folder with little room; None where mounting is not allowed."""
        path = os.path.join(self.cluster.folder, "small")
        os.mkdir(path)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MIB}m", "recueil", path],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            print(f"SKIPPED: full_disk ({mounted.stderr.strip()})", flush=True)
            return None
        state = os.path.join(path, "state")
        os.mkdir(state, 0o700)
        self.states.append(state)
        return path

    # -- Ways to start the daemon --

    def through_proxy(self):
        return {"RECUEIL_DATABASE": f"host='{self.proxy.folder}' dbname=recueil"}

    def with_faked_clock(self):
        library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        return {"LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": self.clock, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def on_small_disk(self):
        return {"RECUEIL_STATE_DIR": os.path.join(self.small_disk, "state")}

    # -- What the daemon says --

    def waiting(self):
        status = self.daemon.admin("/status")
        return None if status is None else status["spool"]["waiting"]

    def stores(self):
        """It is in use of the database."""
        return (self.daemon.admin("/status") or {}).get("database_up", False)

    def is_settled(self):
        """Nothing waits, and no backend is still at something for a daemon that has been killed."""
        busy = self.cluster.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'recueild' "
                                "AND state <> 'idle'")
        return self.waiting() == 0 and busy == ["0"]

    def audit(self):
        """What `recueil audit` finds wrong, for each state folder there was."""
        found = []
        for state in self.states:
            ran = self.cluster.recueil("audit", check=False, env={"RECUEIL_STATE_DIR": state})
            if ran.code != 0:
                found.append(f"recueil audit exits {ran.code} for {state}: {ran.out.decode()} {ran.said}")
        return found

    # -- The end --

    def end(self, keep):
        """Stops all; the folder stays where `keep` is."""
        if self.daemon.pid() is not None:
            self.daemon.kill()
        self.proxy.end()
        self.cluster.stop()
        if keep and self.small_disk is not None:
            shutil.copytree(self.states[1], os.path.join(self.cluster.folder, "small-state"))
        if self.small_disk is not None:
            subprocess.run(["umount", self.small_disk], check=True)
        shutil.rmtree(os.path.dirname(self.files))
        if not keep:
            shutil.rmtree(self.cluster.folder)
