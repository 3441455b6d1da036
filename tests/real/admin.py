# The administrator's listener as tests ask it, and a strict reader of Prometheus' text format 0.0.4.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Figures:
    """The series of an exposition; raises ValueError for anything that the format does not allow."""

    def __init__(self, text):
        self.types, self.helps, self.series = {}, {}, {}
        self._family = None
        if not text.endswith("\n"):
            raise ValueError("the last line does not end")
        for number, line in enumerate(text[:-1].split("\n"), 1):
            try:
                self._read(line)
            except ValueError as error:
                raise ValueError(f"line {number}: {error}: {line}") from None
        for name, kind in self.types.items():
            if kind == "histogram":
                self._check_histogram(name)

    def _read(self, line):
        words = line.split(" ", 3)
        if words[:2] == ["#", "HELP"]:
            self._family = words[2]
            if words[2] in self.helps or len(words) < 4 or not words[3]:
                raise ValueError("told twice, or without a meaning")
            self.helps[words[2]] = words[3]
        elif words[:2] == ["#", "TYPE"]:
            if words[2] != self._family or words[2] in self.types or words[3] not in SUFFIXES:
                raise ValueError("no HELP before it, or no type")
            self.types[words[2]] = words[3]
        else:
            self._read_sample(line)

    def _read_sample(self, line):
        match = SAMPLE.fullmatch(line)
        if match is None:
            raise ValueError("no sample")
        name, labels, value = match[1], self._read_labels(match[2]), float(match[3])
        if self._family not in self.types:
            raise ValueError("no TYPE before it")
        if name not in [self._family + suffix for suffix in SUFFIXES[self.types[self._family]]]:
            raise ValueError(f"not of the family {self._family}")
        if self.types[self._family] == "counter" and not value >= 0:
            raise ValueError("a counter that is below zero")
        if (name, labels) in self.series:
            raise ValueError("the series is there twice")
        self.series[name, labels] = value

    @staticmethod
    def _read_labels(text):
        if text is None:
            return frozenset()
        labels, at = {}, 0
        while True:
            match = LABEL.match(text, at)
            if match is None or match[1] in labels:
                raise ValueError("no label, or one twice")
            labels[match[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])
            at = match.end()
            if at == len(text):
                return frozenset(labels.items())
            if text[at] != ",":
                raise ValueError("no comma between labels")
            at += 1

    def _check_histogram(self, name):
        groups = {}
        for (series, labels), value in self.series.items():
            if series == name + "_bucket":
                bound = dict(labels)["le"]
                rest = frozenset((key, text) for key, text in labels if key != "le")
                groups.setdefault(rest, []).append((math.inf if bound == "+Inf" else float(bound), value))
        counted = {labels for series, labels in self.series if series == name + "_count"}
        if counted != set(groups):
            raise ValueError(f"{name}: a count without buckets, or buckets without a count")
        for labels, buckets in groups.items():
            values = [value for _, value in sorted(buckets)]
            if [bound for bound, _ in buckets] != sorted(bound for bound, _ in buckets):
                raise ValueError(f"{name}: the bounds are in no order")
            if values != sorted(values) or max(bound for bound, _ in buckets) != math.inf:
                raise ValueError(f"{name}: not cumulative up to +Inf")
            if values[-1] != self.series[name + "_count", labels] or (name + "_sum", labels) not in self.series:
                raise ValueError(f"{name}: +Inf is not the count, or there is no sum")

    def value(self, name, **labels):
        """The value of exactly this series; 0 where it was never counted."""
        return self.series.get((name, frozenset(labels.items())), 0)


def port_of(daemon):
    """The port that the daemon took for administration, as it says in its log."""
    return int(re.findall(r"admin_port=([0-9]+)", daemon.log())[-1])


def ask(port, path, method="GET", body=None):
    """One exchange with the administrator's listener: (status, headers, body as bytes)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def figures(port):
    status, headers, body = ask(port, "/metrics")
    if status != 200 or headers["Content-Type"] != "text/plain; version=0.0.4; charset=utf-8":
        raise AssertionError(f"{status} {headers}")
    return Figures(body.decode("utf-8"))


def document(port, path):
    status, _, body = ask(port, path)
    if status != 200:
        raise AssertionError(f"{path}: {status} {body}")
    return json.loads(body)
