# The check must be able to fail. Each lie makes PostgreSQL differ from what clients were told, in one way;
# the check must name the id that was tampered with, and must find nothing once the truth is put back.
#
# SPDX-License-Identifier: Apache-2.0
import time
import uuid

from ledger import Entry
from support import until

LOAD_S = 1


def _lost(cluster, id_):
    cluster.ask(f"DELETE FROM recueil.submission WHERE id = '{id_}';"
                f"DELETE FROM recueil.submission_content WHERE id = '{id_}'")
    return id_


def _content_lost(cluster, id_):
    cluster.ask(f"DELETE FROM recueil.submission_content WHERE id = '{id_}'")
    return id_


def _content_changed(cluster, id_):
    cluster.ask(f"UPDATE recueil.submission_content SET content = content || ' ' WHERE id = '{id_}'")
    return id_


def _doubled(cluster, id_):
    cluster.ask("INSERT INTO recueil.submission (collectivity_id, id, content_hash, state) "
                f"SELECT 2, id, content_hash, state FROM recueil.submission WHERE id = '{id_}'")
    return id_


def _never_sent(cluster, id_):
    other = str(uuid.uuid4())
    cluster.ask("INSERT INTO recueil.submission (collectivity_id, id, content_hash, state) "
                f"SELECT 1, '{other}', content_hash, state FROM recueil.submission WHERE id = '{id_}'")
    return other


def _withdrawn_unasked(cluster, id_):
    cluster.ask(f"UPDATE recueil.submission SET state = 'withdrawn' WHERE id = '{id_}'")
    return id_


def _quarantined_too(cluster, id_):
    cluster.ask("INSERT INTO recueil.quarantine (collectivity_id, id, content_hash, reason, day, content) "
                "SELECT collectivity_id, id, s.content_hash, 'conflict', now()::date, "
                "convert_to(c.content, 'UTF8') FROM recueil.submission s "
                "JOIN recueil.submission_content c USING (collectivity_id, id) "
                f"WHERE id = '{id_}'")
    return id_


def _moved_to_quarantine(cluster, id_):
    _quarantined_too(cluster, id_)
    return _lost(cluster, id_)


LIES = (_lost, _content_lost, _content_changed, _doubled, _never_sent, _withdrawn_unasked, _quarantined_too,
        _moved_to_quarantine)
TABLES = ("submission", "submission_content", "quarantine")


def _save(cluster):
    cluster.ask("".join(f"CREATE TABLE public.{table} AS TABLE recueil.{table};" for table in TABLES))


def _restore(cluster):
    cluster.ask("".join(f"TRUNCATE recueil.{table}; INSERT INTO recueil.{table} TABLE public.{table};"
                        for table in TABLES))


def _as_told():
    """An id that was sent once and got 201."""
    entry = Entry()
    entry.sent.add(0)
    entry.told.add((0, 201))
    return entry


def _is_seen(torture, lie, id_):
    """Also when the truth is not taken for a lie afterwards."""
    named = lie(torture.world.cluster, id_)
    told = torture.check.round({id_: _as_told()}) + torture.check.whole()
    _restore(torture.world.cluster)
    true = torture.check.round({id_: _as_told()}) + torture.check.whole()
    return any(named in fault for fault in told) and true == []


def run(torture):
    try:
        told = _tell(torture)
    except BaseException as error:
        torture.found.append(f"{type(error).__name__}: {error}")
        raise
    finally:
        holds = torture.end()
    print(f"\nlies={len(LIES)}\nseen={sum(told)}")
    return 0 if holds and told == len(LIES) * [True] else 1


def _tell(torture):
    """Of each lie whether it was seen."""
    torture.world.daemon.start()
    until(torture.world.stores, "the daemon stores in the database")
    torture.crowd.resume()
    time.sleep(LOAD_S)
    torture.crowd.pause()
    touched = dict(torture.ledger.touched)
    torture.drain()
    torture.judge()
    torture.found += torture.check.whole()
    once = [id_ for id_, entry in touched.items()
            if entry.told == {(0, 201)} and not entry.withdrawals and len(entry.sent) == 1]
    _save(torture.world.cluster)
    told = []
    for lie, id_ in zip(LIES, once):
        told.append(_is_seen(torture, lie, id_))
        print(f"{lie.__name__.lstrip('_')}: {'seen' if told[-1] else 'NOT SEEN'}", flush=True)
    torture.world.daemon.stop()
    return told
