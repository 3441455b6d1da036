# What the turns gave: medians, ratios round by round, and the bounds that they are held to.
#
# SPDX-License-Identifier: Apache-2.0
from statistics import median

OURS, PROTOTYPE = "recueil", "prototype"


class Turn:
    def __init__(self, seen, daemon_s, postgres_s, honest):
        requests = max(seen.requests, 1)
        self.throughput = seen.throughput
        self.p50, self.p99 = seen.p50_ms, seen.p99_ms
        self.daemon_us = daemon_s * 1e6 / requests
        self.postgres_us = postgres_s * 1e6 / requests
        self.both_us = self.daemon_us + self.postgres_us
        self.honest = honest  # nothing refused, and as many rows as acknowledgements


# name=value of each candidate and series.
VALUES = (("throughput", "throughput", "%.0f"), ("p50_ms", "p50", "%.3f"), ("p99_ms", "p99", "%.3f"),
          ("daemon_cpu_us", "daemon_us", "%.1f"), ("postgres_cpu_us", "postgres_us", "%.1f"),
          ("both_cpu_us", "both_us", "%.1f"))

# Bound, series, figure, against whom (a prefix: the best of them), at least / at most, how much.
BOUNDS = (
    ("bound_express_64", "c64", "throughput", "express", "least", 3.5),
    ("bound_fastify_64", "c64", "throughput", "fastify", "least", 2.5),
    ("bound_prototype_64", "c64", "throughput", PROTOTYPE, "least", 1.25),
    ("bound_prototype_16", "c16", "throughput", PROTOTYPE, "least", 0.9),
    ("bound_prototype_1", "c1", "throughput", PROTOTYPE, "least", 0.9),
    ("bound_p99_16", "c16", "p99", PROTOTYPE, "most", 1.1),
    ("bound_cpu_64", "c64", "both_us", PROTOTYPE, "most", 0.85),
    ("bound_slow_flush_256", "c256_slow", "throughput", ("express_pool64", "fastify_pool64"), "least", 2.0),
)

# Ratios printed beside those of the bounds.
MORE_RATIOS = (("c256", "throughput"), ("c256", "p99"), ("c64", "p99"), ("c16", "both_us"), ("c1", "both_us"),
               ("c1", "p99"), ("c256_slow", "throughput"), ("c256_slow", "p99"))


class Figures:
    def __init__(self):
        self._turns = {}  # (candidate, series): turns, in the order of the rounds

    def add(self, candidate, series, seen, daemon_s, postgres_s, honest):
        self._turns.setdefault((candidate, series), []).append(Turn(seen, daemon_s, postgres_s, honest))

    def _median(self, candidate, series, figure):
        return median(getattr(turn, figure) for turn in self._turns[candidate, series])

    def _best(self, rivals, series, figure):
        """The rival with the highest median; None when none was measured."""
        measured = {name for name, its in self._turns if its == series and name.startswith(rivals)}
        return max(measured, key=lambda name: self._median(name, series, figure), default=None)

    def _ratios(self, rival, series, figure):
        """Ours to the rival's, turn by turn: what was measured within the same seconds."""
        pairs = zip(self._turns.get((OURS, series), ()), self._turns.get((rival, series), ()))
        return [getattr(ours, figure) / getattr(its, figure) for ours, its in pairs
                if getattr(its, figure) > 0]

    def print_table(self):
        print(f"{'candidate':<16}{'series':<10}{'req/s: least':>13}{'median':>9}{'most':>9}"
              f"{'p50 ms':>9}{'p99 ms':>9}{'daemon us':>11}{'postgres us':>12}{'both us':>9}")
        for (name, series), turns in sorted(self._turns.items(), key=lambda entry: entry[0][::-1]):
            rates = sorted(turn.throughput for turn in turns)
            rest = [self._median(name, series, figure) for _, figure, _ in VALUES[1:]]
            print(f"{name:<16}{series:<10}{rates[0]:>13.0f}{median(rates):>9.0f}{rates[-1]:>9.0f}"
                  f"{rest[0]:>9.3f}{rest[1]:>9.3f}{rest[2]:>11.1f}{rest[3]:>12.1f}{rest[4]:>9.1f}")

    def _print_ratio(self, rival, series, figure):
        ratios = self._ratios(rival, series, figure)
        if ratios:
            print(f"ratio_{figure}_{rival}_{series}={median(ratios):.3f}")
            print(f"ratio_{figure}_{rival}_{series}_spread={min(ratios):.3f}..{max(ratios):.3f}")
        return ratios

    def print_values(self):
        """One name=value a line, the bounds last. True when every bound that was measured holds."""
        for (candidate, series), _ in sorted(self._turns.items()):
            for name, figure, form in VALUES:
                print(f"{name}_{candidate}_{series}={form % self._median(candidate, series, figure)}")
        for series, figure in MORE_RATIOS:
            self._print_ratio(PROTOTYPE, series, figure)
        verdicts = [self._acknowledged()] + [self._verdict(*bound) for bound in BOUNDS]
        for name, verdict in verdicts:
            print(f"{name}={verdict}")
        return all(verdict != "missed" for _, verdict in verdicts)

    def _acknowledged(self):
        turns = [turn for (name, _), its in self._turns.items() if name == OURS for turn in its]
        verdict = "not_measured" if not turns else "ok" if all(t.honest for t in turns) else "missed"
        return "bound_acknowledged_is_stored", verdict

    def _verdict(self, name, series, figure, rivals, side, limit):
        rival = self._best(rivals, series, "throughput")
        ratios = self._print_ratio(rival, series, figure)
        if not ratios:
            return name, "not_measured"
        holds = median(ratios) >= limit if side == "least" else median(ratios) <= limit
        return name, "ok" if holds else "missed"
