# The load generators (wrk, pgbench) and the processor time of process trees.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import re
import subprocess

from database import HERE

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
GRACE_S = 60  # a generator that takes so much longer than it was told is given up


class Load:
    """One turn of a generator."""

    def __init__(self, requests, seconds, p50_ms, p99_ms, failed):
        self.requests = requests  # that were acknowledged
        self.throughput = requests / seconds
        self.p50_ms, self.p99_ms = p50_ms, p99_ms
        self.failed = failed


def run(command, seconds, **options):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                          timeout=seconds + GRACE_S, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def post(url, bodies, connections, seconds):
    out = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
               "-s", os.path.join(HERE, "post.lua"), url, "--", bodies], seconds)
    line = re.search(r"^load (.*)$", out, re.MULTILINE).group(1)
    seen = {name: float(value) for name, value in (pair.split("=") for pair in line.split())}
    failed = int(seen["refused"] + seen["broken"])
    return Load(int(seen["requests"] - seen["refused"]), seen["seconds"], seen["p50_us"] / 1000,
                seen["p99_us"] / 1000, failed)


def pgbench(environment, script, bodies, connections, seconds):
    """Latencies by pgbench's own log, one line a transaction: client, number, microseconds, …

    Its clock runs while it connects, which its rate leaves out: it is given the more time."""
    with open(bodies, encoding="utf-8") as file:
        answers = json.dumps(json.loads(file.readline())["answers"], ensure_ascii=False)
    prefix = bodies + ".pgbench"
    out = run(["pgbench", "-n", "-M", "prepared", f"-c{connections}", "-j1", f"-T{seconds + 1 + connections // 32}",
               f"--define=answers={answers}", "-f", script, "--log", f"--log-prefix={prefix}"],
              seconds, env=environment)
    folder, name = os.path.split(prefix)
    logs = [os.path.join(folder, entry) for entry in os.listdir(folder) if entry.startswith(name + ".")]
    latencies = []
    for log in logs:
        with open(log, encoding="ascii") as file:
            latencies += [int(line.split()[2]) for line in file]
        os.remove(log)
    latencies.sort()
    done = int(re.search(r"processed: ([0-9]+)", out).group(1))
    if done == 0:  # a machine so busy that connecting took all the time
        return None
    rate = float(re.search(r"tps = ([0-9.]+)", out).group(1))
    at = [latencies[int(len(latencies) * share)] / 1000 for share in (0.5, 0.99)]
    return Load(done, done / rate, *at, 0)


def status(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _processes():
    """(pid, parent, seconds, seconds of the children that have ended) of every process."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        own, ended = (int(fields[11]) + int(fields[12])), (int(fields[13]) + int(fields[14]))
        yield int(name), int(fields[1]), own * TICK_S, ended * TICK_S


def processor_seconds(root):
    """What the tree of processes has used so far, those included that ended; 0 without a tree."""
    seen = {pid: (parent, own + ended) for pid, parent, own, ended in _processes()}

    def belongs(pid):
        while pid in seen and pid != root:
            pid = seen[pid][0]
        return pid == root

    return sum(used for pid, (_, used) in seen.items() if belongs(pid)) if root else 0.0
