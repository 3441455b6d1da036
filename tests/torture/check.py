# Holds what clients were told against what PostgreSQL has. Every promise is a rule here; what breaks one is
# named with its id.
#
# SPDX-License-Identifier: Apache-2.0
import collections

import answers

ABSENT, WITHDRAWN = "absent", "withdrawn"  # else the variant that is stored


class Stored:
    """What the database has under one id."""

    def __init__(self):
        self.rows = 0
        self.state = None
        self.digest = None  # of its content
        self.quarantined = set()  # digests


class Check:
    """Keeps, over all rounds, what must be found at the end."""

    def __init__(self, cluster):
        self._cluster = cluster
        self.settled = {}  # id -> what was found

    def round(self, entries):
        """Faults of the ids touched since the last round, as lines."""
        found = self._read(entries)
        faults = []
        for id_ in sorted(entries):
            faults += [f"{id_} {fault}" for fault in faults_of(id_, entries[id_], found[id_])]
            self.settled[id_] = outcome(id_, found[id_])
        return faults + self._count_faults()

    def _read(self, entries):
        found = collections.defaultdict(Stored)
        ids = "\n".join(entries)
        rows = self._cluster.ask(
            "CREATE TEMP TABLE asked (id uuid);\n"
            f"COPY asked FROM stdin;\n{ids}\n\\.\n"
            "SELECT 'row', s.id, s.state, coalesce(md5(c.content), '') FROM asked "
            "JOIN recueil.submission s USING (id) "
            "LEFT JOIN recueil.submission_content c USING (collectivity_id, id);\n"
            "SELECT 'quarantine', q.id, q.reason, coalesce(md5(q.content), '') FROM asked "
            "JOIN recueil.quarantine q USING (id);\n"
            "SELECT 'content', c.id, '', '' FROM asked JOIN recueil.submission_content c USING (id) "
            "WHERE NOT EXISTS (SELECT FROM recueil.submission s WHERE s.id = c.id);\n")
        for row in rows:
            kind, id_, state, digest = row.split("\t")
            stored = found[id_]
            if kind == "quarantine":
                stored.quarantined.add(digest or state)
                continue
            stored.rows += 1
            stored.state = state if kind == "row" else "content without a row"
            stored.digest = digest
        return found

    def _count_faults(self):
        """An id that nobody sent, or one that left since it was checked, changes the sum."""
        wanted = sum(1 for what in self.settled.values() if what != ABSENT)
        there = int(self._cluster.ask("SELECT count(*) FROM recueil.submission")[0])
        return [] if wanted == there else [f"{there} rows are in submission, {wanted} ought to be"]

    def whole(self):
        """Every row there is, against all that was settled in any round."""
        faults = []
        seen = set()
        for row in self._cluster.ask(
                "SELECT s.id, s.state, coalesce(md5(c.content), '') FROM recueil.submission s "
                "LEFT JOIN recueil.submission_content c USING (collectivity_id, id)"):
            id_, state, digest = row.split("\t")
            stored = Stored()
            stored.rows, stored.state, stored.digest = 1, state, digest
            if id_ in seen:
                faults.append(f"{id_} is there twice")
            seen.add(id_)
            if id_ not in self.settled:
                faults.append(f"{id_} was never sent")
            elif outcome(id_, stored) != self.settled[id_]:
                faults.append(f"{id_} was {self.settled[id_]}, and is {outcome(id_, stored)}")
        faults += [f"{id_} has left" for id_, what in self.settled.items()
                   if what != ABSENT and id_ not in seen]
        return faults


def outcome(id_, stored):
    if stored.rows == 0:
        return ABSENT
    if stored.state == "withdrawn":
        return WITHDRAWN
    return next((variant for variant in answers.VARIANTS if stored.digest == answers.digest(id_, variant)),
                "other")


def faults_of(id_, entry, stored):
    """What is wrong with one id."""
    what = outcome(id_, stored)
    quarantined = {variant for variant in entry.sent if answers.digest(id_, variant) in stored.quarantined}
    emptied = WITHDRAWN in stored.quarantined
    faults = list(entry.again)
    if stored.rows > 1:
        faults.append(f"is there {stored.rows} times")
    if what == "other" or (what in answers.VARIANTS and what not in entry.sent):
        faults.append("is there with content that was not sent")
    if stored.rows > 0 and stored.state not in ("counted", WITHDRAWN):
        faults.append(f"is there as: {stored.state}")
    if what in quarantined:
        faults.append("is there and in the quarantine with the same content")
    if len(stored.quarantined) > len(quarantined) + emptied:
        faults.append("is in the quarantine with content that was not sent")
    if stored.quarantined and len(entry.sent) < 2:
        faults.append("is in the quarantine without a conflict")
    return (faults + withdrawal_faults(entry, stored, what, quarantined)
            + promise_faults(entry, what, quarantined, emptied))


def withdrawal_faults(entry, stored, what, quarantined):
    faults = []
    for variant in sorted(entry.withdrawn):
        if what == variant or variant in quarantined:
            faults.append("was withdrawn, and its content is there")
    if entry.withdrawn and WITHDRAWN not in (what, *stored.quarantined):
        faults.append(f"was withdrawn, and is: {what}")
    if WITHDRAWN in (what, *stored.quarantined) and not entry.withdrawals:
        faults.append("is withdrawn, and nobody asked for it")
    if what == WITHDRAWN and stored.digest != "":
        faults.append("is withdrawn, and content is there")
    return faults


def promise_faults(entry, what, quarantined, emptied):
    faults = []
    for variant, status in sorted(entry.told):
        withdrawn = variant in entry.withdrawals and (what == WITHDRAWN or emptied)
        kept = what == variant or variant in quarantined or withdrawn
        if status == 201 and what != variant and not (withdrawn and what == WITHDRAWN):
            faults.append(f"got 201, and is: {what}")
        elif status in (200, 202) and not kept:
            faults.append(f"got {status}, and is: {what}")
        elif status == 409 and not (what in entry.sent - {variant} or quarantined - {variant} or emptied
                                    or what == WITHDRAWN):
            faults.append("got 409, and no other content was kept")
        elif status == 410 and not entry.withdrawals:
            faults.append("got 410, and nobody withdrew it")
    return faults
