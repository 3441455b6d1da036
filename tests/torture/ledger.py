# What was sent and what was told, in the memory of this process and, before a client goes on, fsynced in
# the run's folder: the promises that the check holds PostgreSQL to.
#
# SPDX-License-Identifier: Apache-2.0
import collections
import os
import threading
import time


class Entry:
    """All that concerns one id."""

    __slots__ = ("sent", "told", "receipt", "withdrawals", "withdrawn", "again")

    def __init__(self):
        self.sent = set()  # variants
        self.told = set()  # (variant, status); status 0: no reply
        self.receipt = {}  # by variant
        self.withdrawals = set()  # variants of which it was asked
        self.withdrawn = set()  # and confirmed
        self.again = []  # what may never be told, but was


class Ledger:
    """Shared by all clients; `fault` names what is being done to the daemon meanwhile."""

    def __init__(self, folder):
        self.folder = folder
        self.fault = "none"
        self.touched = {}  # id -> Entry: sent since the last check
        self.older = {}  # id -> Entry: checked, and kept to be sent again
        self.counts = collections.Counter()  # (fault, status)
        self.longest_ms = collections.Counter()  # (fault, what was asked) -> of a request that was answered
        self.sent = 0
        self._lock = threading.Lock()

    def page(self, name):
        return Page(os.path.join(self.folder, f"ledger-{name}"))

    def entry(self, id_):
        """Its entry, from now on among those touched."""
        with self._lock:
            return self._entry(id_)

    def _entry(self, id_):
        if id_ not in self.touched:
            self.touched[id_] = self.older.get(id_) or Entry()
        return self.touched[id_]

    def sending(self, id_, variant):
        """Called before the first byte leaves; True when its withdrawal had been confirmed."""
        with self._lock:
            entry = self._entry(id_)
            entry.sent.add(variant)
            self.sent += 1
            return variant in entry.withdrawn

    def told_of(self, id_, variant, status, receipt=None, was_withdrawn=False):
        with self._lock:
            entry = self._entry(id_)
            self.counts[self.fault, status] += 1
            if status == 201 and (variant, 201) in entry.told:
                entry.again.append("201 was told twice")
            if was_withdrawn and status in (200, 201):
                entry.again.append(f"{status} after the withdrawal was confirmed")
            entry.told.add((variant, status))
            if receipt is not None:
                if entry.receipt.setdefault(variant, receipt) != receipt:
                    entry.again.append("two receipts for one content")

    def withdrawing(self, id_, variant):
        with self._lock:
            self._entry(id_).withdrawals.add(variant)

    def withdrawal_told(self, id_, variant, status):
        with self._lock:
            self.counts[self.fault, f"withdrawal_{status}"] += 1
            if status == 200:
                self._entry(id_).withdrawn.add(variant)

    def waited(self, asked, began):
        """For a whole reply."""
        ms = int(1000 * (time.monotonic() - began))
        with self._lock:
            self.longest_ms[self.fault, asked] = max(self.longest_ms[self.fault, asked], ms)

    def turn_page(self, keep, dice, in_use):
        """The entries touched since the last call. Of all ids that ever were, those in use stay, and
        `keep` others, to be sent again."""
        with self._lock:
            touched, self.touched = self.touched, {}
            self.older.update(touched)
            ids = sorted(self.older)
            kept = {*dice.sample(ids, min(keep, len(ids))), *in_use}
            self.older = {id_: self.older[id_] for id_ in kept if id_ in self.older}
            return touched


class Page:
    """One client's part on the disk."""

    def __init__(self, path):
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words):
        line = " ".join(str(word) for word in (f"{time.time():.6f}", *words)) + "\n"
        os.write(self._fd, line.encode())
        os.fdatasync(self._fd)

    def close(self):
        os.close(self._fd)
