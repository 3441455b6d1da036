# What is done to the daemon and to PostgreSQL while clients go on sending. A fault begins, may take a turn
# (jump again, cut again, come and go), and ends; however the daemon was ended meanwhile, everything is as
# before when end() returns.
#
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess

import support


class Fault:
    """Nothing but the killing of the daemon itself."""

    name = "kill_only"

    def __init__(self, world, dice):
        self.world, self.dice = world, dice

    @classmethod
    def is_possible(cls, world):
        return True

    def ways(self):
        """Of the daemon: environment for its starts in this round."""
        return {}

    def begin(self):
        pass

    def turn(self):
        pass

    def end(self):
        pass

    def after(self):
        """Everything is back and drained."""

    def before_terminate(self):
        """The daemon is about to be asked to end in good order."""


class DatabaseStopped(Fault):
    name = "database_stopped"

    def begin(self):
        self.world.cluster.stop_immediately()

    def end(self):
        self.world.cluster.start()


class DatabaseKilled(DatabaseStopped):
    name = "database_killed"

    def begin(self):
        self.world.cluster.kill()


class DatabaseFlapping(DatabaseStopped):
    name = "database_flapping"

    def turn(self):
        self.world.cluster.start()
        support.until(lambda: self.world.cluster.ask("SELECT 1"), "PostgreSQL answers")
        self.world.cluster.stop_immediately()


class DatabaseFrozen(Fault):
    """Every process of the server is stopped: connections are taken by the kernel, and nothing comes."""

    name = "database_frozen"

    def begin(self):
        self.stopped = [self.world.cluster.postmaster()]
        os.kill(self.stopped[0], signal.SIGSTOP)
        for pid in self.world.cluster.children():
            send(pid, signal.SIGSTOP)
            self.stopped.append(pid)

    def turn(self):
        self.end()
        self.begin()

    def end(self):
        for pid in reversed(self.stopped):
            send(pid, signal.SIGCONT)
        self.stopped = []


class BackendsFrozen(Fault):
    """Those of the daemon only: whoever connects anew is served."""

    name = "backends_frozen"

    def begin(self):
        self.stopped = backends(self.world.cluster)
        for pid in self.stopped:
            send(pid, signal.SIGSTOP)

    def turn(self):
        self.end()
        self.begin()

    def end(self):
        for pid in self.stopped:
            send(pid, signal.SIGCONT)
        self.stopped = []


class BackendsTerminated(Fault):
    name = "backends_terminated"

    def begin(self):
        for pid in backends(self.world.cluster):
            send(pid, signal.SIGTERM)

    turn = begin


class BackendKilled(Fault):
    """The server takes it for a crash and starts all over."""

    name = "backend_killed"

    def begin(self):
        for pid in backends(self.world.cluster)[:1]:
            send(pid, signal.SIGKILL)

    def end(self):
        support.until(self._answers, "PostgreSQL has recovered")

    def _answers(self):
        try:
            return self.world.cluster.ask("SELECT 1")
        except AssertionError:
            return False


class ReadOnly(Fault):
    name = "read_only"

    def begin(self):
        self.world.cluster.set_read_only(True)

    def end(self):
        self.world.cluster.set_read_only(False)


class TableLocked(Fault):
    name = "table_locked"

    def begin(self):
        self.holder = subprocess.Popen(
            ["psql", "-X", "-q", "-d", f"host='{self.world.cluster.folder}/run' dbname=recueil user=recueil"],
            env=support.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        table = self.dice.choice(("submission", "submission_content"))
        self.holder.stdin.write(f"BEGIN; LOCK TABLE recueil.{table} IN ACCESS EXCLUSIVE MODE;\n\\echo held\n")
        self.holder.stdin.flush()
        if self.holder.stdout.readline() != "held\n":
            raise AssertionError("the table could not be locked")

    def end(self):
        self.holder.communicate()


class DiskFull(DatabaseStopped):
    """The disk of the state folder, while the database is away: the spool cannot be written."""

    name = "disk_full"

    @classmethod
    def is_possible(cls, world):
        return world.small_disk is not None

    def ways(self):
        return self.world.on_small_disk()

    def begin(self):
        super().begin()
        self.filling = os.path.join(self.world.small_disk, "filling")
        self.turn()

    def turn(self):
        if os.path.exists(self.filling):
            os.unlink(self.filling)
        else:
            fill(self.filling)

    def end(self):
        if os.path.exists(self.filling):
            if self.dice.random() < 0.5:  # else it drains from a disk that is still full
                os.unlink(self.filling)
        super().end()

    def after(self):
        if os.path.exists(self.filling):
            os.unlink(self.filling)


class CommitCut(Fault):
    name = "commit_cut"

    def ways(self):
        return self.world.through_proxy()

    def begin(self):
        mode = self.dice.choice(("reply", "reply", "request", "at_once", "held"))
        self.world.proxy.cut_next(mode, self.dice.randrange(1, 4))

    def turn(self):
        self.end()
        self.begin()

    def end(self):
        self.world.proxy.cut_next(None)


class ClockJumps(Fault):
    name = "clock_jumps"

    def ways(self):
        return self.world.with_faked_clock()

    def begin(self):
        self._set(self.dice.choice(("+1d", "-1d")))

    turn = begin

    def end(self):
        self._set("+0")

    def _set(self, offset):
        support.write(self.world.clock + ".new", offset)
        os.replace(self.world.clock + ".new", self.world.clock)


class DaemonStopped(Fault):
    """Its process stands still, as on a machine that swaps; clients wait."""

    name = "daemon_stopped"

    def begin(self):
        send(self.world.daemon.pid(), signal.SIGSTOP)

    turn = begin

    def end(self):
        send(self.world.daemon.pid(), signal.SIGCONT)

    before_terminate = end


class Terminated(Fault):
    """Asked to end under load, twice at times: what is under way is answered or spooled."""

    name = "terminated"

    def begin(self):
        self.world.daemon.stop()
        self.world.daemon.start(ready=False)

    turn = begin


FAULTS = (Fault, DatabaseStopped, DatabaseKilled, DatabaseFlapping, DatabaseFrozen, BackendsFrozen,
          BackendsTerminated, BackendKilled, ReadOnly, TableLocked, DiskFull, CommitCut, ClockJumps,
          DaemonStopped, Terminated)


def backends(cluster):
    return [int(pid) for pid in cluster.ask(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'recueild'")]


def send(pid, number):
    """A process that has ended meanwhile is no failure."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def fill(path):
    """As much as there is room for."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
