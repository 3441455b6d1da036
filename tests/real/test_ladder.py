# The ladder of promises, one fault at a time: 201 committed in PostgreSQL, 202 fsynced in this host's spool
# and loaded when PostgreSQL is back, 503 nothing durable; and what the spool finds out when it is drained.
#
# SPDX-License-Identifier: Apache-2.0
import collections
import concurrent.futures
import glob
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
import unittest.mock

import support
from commit_proxy import CommitProxy
from support import citizen, new_id, until

HOLD_LIMIT_S = 2
DRAIN_LIMIT_S = 10
SLOW_MACHINE_S = 1.5  # sanitizers, and other work on the same machine
RELEASE = os.path.join(support.ROOT, "build/release")


WORLD = None


def setUpModule():
    global WORLD
    WORLD = support.World()
    unittest.addModuleCleanup(WORLD.end)
    WORLD.daemon.stop()
    unittest.addModuleCleanup(WORLD.daemon.start)  # World.end() stops it


class Ladder(unittest.TestCase):
    """Each test has a daemon of its own, on the cluster and the state folder that all share."""

    def setUp(self):
        self.cluster = WORLD.cluster
        self.daemon = None
        self.addCleanup(self.leave)

    def leave(self):
        """The next test finds the database up and the spool empty."""
        self.cluster.start()
        if self.daemon is not None and self.daemon.pid() is not None:
            self.daemon.stop()

    def start(self, committing=True, **settings):
        """A daemon with these settings; committing: from its start on, not only when PostgreSQL is back."""
        env = {f"RECUEIL_{name.upper()}": str(value) for name, value in settings.items()}
        self.daemon = support.Daemon(self.cluster, env)
        self.daemon.start(database=False)
        if committing:
            self.wait_for_database()

    def wait_for_database(self, limit_s=DRAIN_LIMIT_S):
        until(lambda: self.daemon.submit(citizen())[0] == 201, "submissions are committed", limit_s)
        until(lambda: self.daemon.status()["spool"]["waiting"] == 0, "what was spooled before is loaded", limit_s)

    # -- Sending and looking --

    def timed(self, submission):
        began = time.monotonic()
        status, headers, _ = self.daemon.submit(submission)
        return status, time.monotonic() - began, headers

    def together(self, submissions, limit_s=30):
        """All of them at once, each on its connection: their statuses, in order."""
        with concurrent.futures.ThreadPoolExecutor(len(submissions)) as pool:
            told = [pool.submit(self.daemon.submit, submission) for submission in submissions]
            return [one.result(limit_s)[0] for one in told]

    def spool(self, count):
        """So many submissions that got 202."""
        sent = [citizen() for _ in range(count)]
        self.assertEqual({self.daemon.submit(submission)[0] for submission in sent}, {202})
        return sent

    def rows(self, submissions):
        ids = ",".join(f"'{submission['id']}'" for submission in submissions)
        return int(self.cluster.value(
            "SELECT count(*) FROM recueil.submission JOIN recueil.submission_content "
            f"USING (collectivity_id, id) WHERE id IN ({ids})"))

    def quarantined(self, submission):
        return self.cluster.psql("SELECT reason, convert_from(content, 'UTF8') FROM recueil.quarantine "
                                 f"WHERE id = '{submission['id']}'")

    def content(self, submission):
        return json.loads(self.cluster.value(
            f"SELECT content FROM recueil.submission_content WHERE id = '{submission['id']}'"))

    def assert_loaded(self, submissions):
        until(lambda: self.rows(submissions) == len(submissions), "all that got 202 is loaded", DRAIN_LIMIT_S)

    # -- Faults --

    def backends(self):
        return [int(pid) for pid, in self.cluster.psql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'recueild'")]

    def session(self, *statements):
        """A session of the superuser that has done these statements, in a transaction."""
        session = subprocess.Popen(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1",
             "-d", f"host='{self.cluster.folder}/run' dbname=recueil user=recueil"],
            env=support.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.tell(session, "BEGIN", *statements)
        return session

    def tell(self, session, *statements):
        """Returns when the statements have been done."""
        session.stdin.write(";\n".join(statements) + ";\n\\echo done\n")
        session.stdin.flush()
        self.assertEqual(session.stdout.readline(), "done\n")

    def lock(self):
        return self.session("LOCK TABLE recueil.submission IN ACCESS EXCLUSIVE MODE")

    def waiting_for_locks(self):
        return int(self.cluster.value("SELECT count(*) FROM pg_stat_activity WHERE "
                                      "application_name = 'recueild' AND wait_event_type = 'Lock'"))

    def refuse(self, procedure):
        """PostgreSQL takes no row of this procedure any more."""
        self.cluster.psql("ALTER TABLE recueil.submission ADD CONSTRAINT no_such_procedure "
                          f"CHECK (procedure <> '{procedure}') NOT VALID")
        self.addCleanup(self.cluster.psql,
                        "ALTER TABLE recueil.submission DROP CONSTRAINT no_such_procedure")

    def proxy(self):
        proxy = CommitProxy(os.path.join(self.cluster.folder, "proxy"),
                            os.path.join(self.cluster.folder, "run/.s.PGSQL.5432"))
        self.addCleanup(proxy.end)
        return proxy


class DatabaseAway(Ladder):
    def test_a_stopped_database_costs_nothing_but_the_first_promise(self):
        self.start()
        self.cluster.stop()
        sent = self.spool(30)
        self.assertEqual(self.daemon.submit(sent[0])[0], 202, "the same again")
        self.assertEqual(self.daemon.submit({**sent[0], "placement": "autre"})[0], 409)
        self.assertEqual(self.daemon.request("GET", "/readyz")[0], 200)
        self.cluster.start()
        self.assert_loaded(sent)
        self.wait_for_database()
        self.assertEqual(self.daemon.submit(sent[0])[0], 200)

    def test_the_receipt_of_the_spool_is_that_of_the_database(self):
        self.start()
        self.cluster.stop()
        submission = citizen()
        _, _, spooled = self.daemon.submit(submission)
        self.cluster.start()
        self.assert_loaded([submission])
        until(lambda: self.daemon.submit(submission)[0] == 200, "it is known", DRAIN_LIMIT_S)
        self.assertEqual(self.daemon.submit(submission)[2]["receipt"], spooled["receipt"])

    def test_it_spools_from_its_copy_when_it_starts_without_a_database(self):
        self.start()
        self.daemon.stop()
        self.cluster.stop()
        self.start(committing=False)
        sent = self.spool(5)
        self.cluster.start()
        self.assert_loaded(sent)

    def test_what_is_spooled_outlives_a_kill(self):
        self.start()
        self.cluster.stop()
        sent = self.spool(10)
        self.daemon.kill()
        self.start(committing=False)
        self.assertEqual(self.daemon.submit(sent[0])[0], 202)
        self.cluster.start()
        self.assert_loaded(sent)

    def test_a_read_only_server_is_as_good_as_none(self):
        self.start()
        self.cluster.psql("ALTER SYSTEM SET default_transaction_read_only = on")
        self.cluster.psql("SELECT pg_reload_conf()")
        try:
            until(lambda: self.daemon.submit(citizen())[0] == 202, "it leaves the server", DRAIN_LIMIT_S)
            sent = self.spool(5)
        finally:
            self.cluster.psql("ALTER SYSTEM RESET default_transaction_read_only")
            self.cluster.psql("SELECT pg_reload_conf()")
        self.assert_loaded(sent)
        self.wait_for_database()

    def test_with_neither_database_nor_spool_it_promises_nothing(self):
        self.start(spool_least_free_mib=1 << 20)
        self.cluster.stop()
        until(lambda: self.daemon.submit(citizen())[0] == 503, "the loss is noticed", DRAIN_LIMIT_S)
        refused = citizen()
        status, _, headers = self.timed(refused)
        self.assertEqual(status, 503)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.daemon.wait_ready(status=503)
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
        self.cluster.start()
        self.wait_for_database()
        self.assertEqual(self.rows([refused]), 0)
        self.assertEqual(self.daemon.submit(refused)[0], 201)

    def test_a_server_that_may_forget_is_not_believed(self):
        self.start(committing=False, accept_unsynced_database="no")
        sent = self.spool(3)
        self.assert_loaded(sent)
        self.spool(1)
        self.assertIn("database_unsynced fsync=off full_page_writes=off", self.daemon.log())

    def test_two_daemons_do_not_share_a_state_folder(self):
        self.start()
        second = subprocess.run(
            [os.path.join(support.BUILD, "recueild"), "--config", self.cluster.config],
            env=support.environment({"RECUEIL_LISTEN": f"127.0.0.1:{support.free_port()}"}),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn(os.path.join(self.cluster.folder, "state"), second.stderr)
        self.assertEqual(self.daemon.submit(citizen())[0], 201)


class DatabaseStalled(Ladder):
    """It holds its connections, and says nothing."""

    def assert_diverted(self):
        """One batch waits as long as the hold limit allows; then nobody waits."""
        sent = [citizen() for _ in range(8)]
        began = time.monotonic()
        told = self.together(sent)
        self.assertEqual(set(told), {202})
        self.assertLess(time.monotonic() - began, 1.5 * HOLD_LIMIT_S + SLOW_MACHINE_S)
        for _ in range(5):
            submission = citizen()
            sent.append(submission)
            status, took_s, _ = self.timed(submission)
            self.assertEqual(status, 202)
            self.assertLess(took_s, HOLD_LIMIT_S / 2, "the breaker is open")
        return sent

    def test_stopped_backends_hold_nobody_longer_than_the_limit(self):
        self.start()
        stopped = self.backends()
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            sent = self.assert_diverted()
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        self.assert_loaded(sent)
        self.wait_for_database()

    def test_a_locked_table_holds_nobody_longer_than_the_limit(self):
        self.start()
        holder = self.lock()
        try:
            sent = self.assert_diverted()
        finally:
            holder.communicate("ROLLBACK;")
        self.assert_loaded(sent)
        self.wait_for_database()

    def test_a_deadline_follows_no_clock_that_jumps(self):
        library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        self.assertTrue(library, "the package faketime is missing")
        clock = os.path.join(self.cluster.folder, "clock")
        support.write(clock, "+0")
        with unittest.mock.patch.object(support, "BUILD", RELEASE):  # sanitizers refuse to be preloaded
            self.daemon = support.Daemon(self.cluster, {
                "LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
            self.daemon.start()
        self.wait_for_database()
        for jump in ("+1d", "-1d"):
            with self.subTest(jump):
                holder = self.lock()
                submission = citizen()
                with concurrent.futures.ThreadPoolExecutor(1) as pool:
                    told = pool.submit(self.timed, submission)
                    until(self.waiting_for_locks, "the batch is held")
                    support.write(clock + ".new", jump)
                    os.replace(clock + ".new", clock)
                    status, took_s, _ = told.result(30)
                holder.communicate("ROLLBACK;")
                self.assertEqual(status, 202)
                self.assertGreater(took_s, HOLD_LIMIT_S / 2)
                self.assertLess(took_s, 1.5 * HOLD_LIMIT_S + SLOW_MACHINE_S)
                self.assert_loaded([submission])
                self.wait_for_database()


class CommitUnknown(Ladder):
    def assert_one_row_whatever_became_of(self, mode):
        proxy = self.proxy()
        self.start(database=f"host='{proxy.folder}' dbname=recueil")
        proxy.cut_next(mode)
        sent = [citizen() for _ in range(20)]
        told = self.together(sent)
        self.assertEqual(proxy.cuts, 1)
        self.assertLessEqual(set(told), {200, 201, 202})
        self.assertIn(202, told)
        self.assert_loaded(sent)
        self.wait_for_database()
        self.assertEqual({self.daemon.submit(submission)[0] for submission in sent}, {200})
        self.assertEqual([self.quarantined(submission) for submission in sent], 20 * [[]])

    def test_a_lost_reply_to_commit_makes_no_second_row(self):
        self.assert_one_row_whatever_became_of("reply")

    def test_a_lost_commit_loses_no_row(self):
        self.assert_one_row_whatever_became_of("request")

    def test_a_kill_between_the_commit_and_the_spools_retirement_is_harmless(self):
        proxy = self.proxy()
        self.start(database=f"host='{proxy.folder}' dbname=recueil")
        self.cluster.stop()
        sent = self.spool(10)
        proxy.cut_next("held", 100)
        self.cluster.start()
        self.assert_loaded(sent)  # committed, and the drainer has not heard of it
        self.daemon.kill()
        proxy.cut_next(None)
        before = self.daemon.log()
        self.daemon.start()
        self.wait_for_database()
        until(lambda: ">spool_drained " in self.daemon.log()[len(before):], "it is drained again",
              DRAIN_LIMIT_S)
        self.assertEqual(self.rows(sent), len(sent))
        self.assertEqual({self.daemon.submit(submission)[0] for submission in sent}, {200})
        self.assertEqual([self.quarantined(submission) for submission in sent], 10 * [[]])


class Poison(Ladder):
    """Rows that PostgreSQL refuses."""

    def test_a_row_that_is_refused_is_found_among_the_others(self):
        self.start()
        self.refuse("dechets-composteur")
        holder = self.lock()
        sent = [citizen() for _ in range(60)]
        sent[31]["procedure"] = "dechets-composteur"
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            told = pool.submit(self.together, sent)
            until(self.waiting_for_locks, "a batch is held")
            holder.communicate("ROLLBACK;")
            statuses = told.result(30)
        self.assertEqual(statuses[31], 422)
        self.assertEqual(collections.Counter(statuses), {201: 59, 422: 1})
        self.assertEqual(self.rows(sent), 59)

    def test_a_row_that_only_commit_refuses_is_no_201(self):
        self.start()
        self.cluster.psql(
            "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514'; END $$; "
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON recueil.submission DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW WHEN (NEW.procedure = 'dechets-composteur') EXECUTE FUNCTION public.refuse()")
        self.addCleanup(self.cluster.psql, "DROP FUNCTION public.refuse() CASCADE")
        poison = citizen(procedure="dechets-composteur")
        self.assertEqual(self.daemon.submit(poison)[0], 422)
        self.assertEqual(self.rows([poison]), 0)
        self.assertEqual(self.daemon.submit(citizen())[0], 201)

    def test_a_row_that_is_refused_while_draining_goes_to_the_quarantine_alone(self):
        self.start()
        self.refuse("dechets-composteur")
        self.cluster.stop()
        sent = self.spool(20)
        poison = citizen(procedure="dechets-composteur")
        self.assertEqual(self.daemon.submit(poison)[0], 202)
        sent += self.spool(20)
        self.cluster.start()
        self.assert_loaded(sent)
        until(lambda: self.quarantined(poison), "it is quarantined", DRAIN_LIMIT_S)
        [(reason, content)] = self.quarantined(poison)
        self.assertEqual((reason, json.loads(content)), ("refused", poison))
        self.assertEqual(self.rows([poison]), 0)
        self.wait_for_database()


class OneId(Ladder):
    """The same id, with the same content or with other."""

    def both(self, count=50):
        first = citizen()
        second = {**first, "placement": "autre-affiche"}
        return first, second, [first, second] * count

    def told_by_content(self, sent, first, told):
        counted = collections.defaultdict(collections.Counter)
        for submission, status in zip(sent, told):
            counted[submission is first][status] += 1
        return counted[True], counted[False]

    def test_a_hundred_at_once_while_the_database_is_up(self):
        self.start()
        first, second, sent = self.both()
        of_first, of_second = self.told_by_content(sent, first, self.together(sent))
        winner, loser, stored = ((of_first, of_second, first) if of_first[201]
                                 else (of_second, of_first, second))
        self.assertEqual(winner, {201: 1, 200: 49})
        self.assertEqual(loser, {409: 50})
        self.assertEqual(self.content(first), stored)

    def test_a_hundred_at_once_while_the_database_is_down(self):
        self.start()
        self.cluster.stop()
        self.spool(1)
        first, second, sent = self.both()
        of_first, of_second = self.told_by_content(sent, first, self.together(sent))
        winner, loser, stored = ((of_first, of_second, first) if of_first[202]
                                 else (of_second, of_first, second))
        self.assertEqual(winner, {202: 50})
        self.assertEqual(loser, {409: 50})
        self.cluster.start()
        self.assert_loaded([first])
        self.assertEqual(self.content(first), stored)
        self.assertEqual(self.quarantined(first), [])

    def test_a_hundred_at_once_while_the_database_comes_and_goes(self):
        self.start()
        first, second, sent = self.both()
        flaps = threading.Event()

        def flap():
            for _ in range(3):
                self.cluster.kill()
                self.cluster.start()
            flaps.set()

        flapping = threading.Thread(target=flap)
        flapping.start()
        told = []
        while not flaps.is_set():
            told += zip(sent, self.together(sent))
        flapping.join()
        last = citizen()
        until(lambda: self.daemon.submit(last)[0] in (200, 201), "the database is in use", 2 * DRAIN_LIMIT_S)
        self.assert_loaded([first])
        statuses = collections.Counter(status for _, status in told)
        self.assertLessEqual(set(statuses), {200, 201, 202, 409})
        self.assertLessEqual(statuses[201], 1)
        kept = [self.content(first), *(json.loads(content) for _, content in self.quarantined(first))]
        for submission, status in told:
            if status == 201:
                self.assertEqual(kept[0], submission)
            elif status in (200, 202):
                self.assertIn(submission, kept)

    def test_a_conflict_that_only_draining_finds_is_quarantined(self):
        self.start()
        first = citizen()
        self.assertEqual(self.daemon.submit(first)[0], 201)
        second = {**first, "placement": "autre-affiche"}
        self.cluster.stop()
        until(lambda: self.daemon.submit(citizen())[0] == 202, "it spools")
        self.assertEqual(self.daemon.submit(second)[0], 202)
        self.assertEqual(self.daemon.submit(first)[0], 409, "what waits is what counts here")
        self.cluster.start()
        until(lambda: self.quarantined(first), "it is quarantined", DRAIN_LIMIT_S)
        [(reason, content)] = self.quarantined(first)
        self.assertEqual((reason, json.loads(content)), ("conflict", second))
        self.assertEqual(self.content(first), first)
        until(lambda: self.daemon.submit(second)[0] == 409, "the database decides again", DRAIN_LIMIT_S)
        self.assertEqual(self.daemon.submit(first)[0], 200)

    def test_a_deadlock_is_retried_without_a_word(self):
        # The daemon's session looks for deadlocks when it has waited that long, and only then.
        self.cluster.psql("ALTER SYSTEM SET deadlock_timeout = '3s'")
        self.cluster.psql("SELECT pg_reload_conf()")
        self.start(hold_limit="30s", database=f"{self.cluster.conninfo} options='-c lock_timeout=30s'")
        self.addCleanup(self.cluster.psql, "SELECT pg_reload_conf()")
        self.addCleanup(self.cluster.psql, "ALTER SYSTEM RESET deadlock_timeout")
        before, low, high = sorted(new_id() for _ in range(3))
        insert = ("INSERT INTO recueil.submission (collectivity_id, id, content_hash, state) "
                  "SELECT collectivity_id, '{}', '', 'counted' FROM recueil.collectivity")
        first = self.session(insert.format(before))
        other = self.session("SET LOCAL deadlock_timeout = '60s'", insert.format(high))
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            told = [pool.submit(self.daemon.submit, citizen(id=before))]
            until(self.waiting_for_locks, "a batch is held, and the next one gathers")
            told += [pool.submit(self.daemon.submit, citizen(id=id_)) for id_ in (low, high)]
            until(lambda: self.daemon.status()["queued"] == 2, "both wait for the next batch")
            first.communicate("ROLLBACK;")
            until(lambda: told[0].done() and self.waiting_for_locks(), "it waits for the other session")
            self.tell(other, insert.format(low))  # it waits for the batch, until that is the victim
            other.communicate("ROLLBACK;")
            self.assertEqual([one.result(30)[0] for one in told], [201, 201, 201])
        self.assertIn("batch_refused sqlstate=40P01", self.daemon.log())


class Withdrawn(Ladder):
    def withdraw(self, submission, receipt):
        return self.daemon.request(
            "POST", f"/v1/casud/submissions/{submission['id']}/withdrawal",
            json.dumps({"receipt": receipt}), {"Content-Type": "application/json"})[0]

    def spooled(self, submission):
        status, _, reply = self.daemon.submit(submission)
        self.assertEqual(status, 202)
        return reply["receipt"]

    def assert_erased(self, submission):
        self.assertEqual(self.cluster.psql(
            "SELECT s.state, s.placement, c.content FROM recueil.submission s LEFT JOIN "
            "recueil.submission_content c USING (collectivity_id, id) "
            f"WHERE id = '{submission['id']}'"), [("withdrawn", None, None)])

    def test_a_withdrawal_waits_until_the_answer_has_arrived(self):
        proxy = self.proxy()
        self.start(database=f"host='{proxy.folder}' dbname=recueil")
        self.cluster.stop()
        submission = citizen()
        receipt = self.spooled(submission)
        self.assertEqual(self.withdraw(submission, receipt), 503, "the database is away")
        proxy.cut_next("request", 1000)  # withdrawals read, and nothing is loaded
        self.cluster.start()
        until(lambda: self.withdraw(submission, receipt) == 404, "it may still be on its way", DRAIN_LIMIT_S)
        proxy.cut_next(None)
        self.assert_loaded([submission])
        until(lambda: self.withdraw(submission, receipt) == 200, "it is withdrawn", DRAIN_LIMIT_S)
        self.assert_erased(submission)
        self.wait_for_database()
        self.assertEqual(self.daemon.submit(submission)[0], 410)

    def test_what_was_withdrawn_is_not_brought_back_by_the_spool(self):
        self.start()
        submission = citizen()
        _, _, reply = self.daemon.submit(submission)
        self.assertEqual(self.withdraw(submission, reply["receipt"]), 200)
        self.cluster.stop()
        self.spooled(submission)
        last = citizen()
        self.spooled(last)
        self.cluster.start()
        self.assert_loaded([last])
        self.assert_erased(submission)
        self.assertEqual(self.quarantined(submission), [])
        self.wait_for_database()
        self.assertEqual(self.daemon.submit(submission)[0], 410)

    def test_other_content_under_a_withdrawn_id_is_kept_for_a_person_to_look_at(self):
        self.start()
        submission = citizen()
        _, _, reply = self.daemon.submit(submission)
        self.assertEqual(self.withdraw(submission, reply["receipt"]), 200)
        self.cluster.stop()
        other = {**submission, "placement": "autre-affiche"}
        receipt = self.spooled(other)
        self.cluster.start()
        until(lambda: self.quarantined(submission), "it is quarantined", DRAIN_LIMIT_S)
        self.assert_erased(submission)
        self.wait_for_database()
        self.assertEqual(self.daemon.submit(other)[0], 410)
        self.assertEqual(self.withdraw(other, receipt), 200)
        self.assertEqual(self.quarantined(other), [("withdrawn", None)])
        self.daemon.stop()
        self.cluster.recueil("audit")


class Stopping(Ladder):
    def held_requests(self, count):
        """Connections whose requests the daemon has, and cannot commit."""
        clients = []
        for _ in range(count):
            body = json.dumps(citizen()).encode()
            client = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=40)
            self.addCleanup(client.close)
            client.sendall(b"POST /v1/casud/surveys/demarches/submissions HTTP/1.1\r\nHost: a\r\n"
                           b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            clients.append((client, json.loads(body)))
        until(self.waiting_for_locks, "a batch is held")
        return clients

    def told(self, clients):
        statuses = []
        for client, _ in clients:
            reply = http.client.HTTPResponse(client)
            reply.begin()
            statuses.append(reply.status)
            reply.read()
        return statuses

    def assert_spooled_and_loaded(self, clients):
        self.assertEqual(set(self.told(clients)), {202})
        self.daemon = None
        self.start(committing=False)
        self.assert_loaded([submission for _, submission in clients])

    def test_what_a_stalled_database_holds_is_spooled_when_it_is_told_to_stop(self):
        self.start()
        holder = self.lock()
        clients = self.held_requests(20)
        self.daemon.stop()
        holder.communicate("ROLLBACK;")
        self.assert_spooled_and_loaded(clients)

    def test_the_second_signal_waits_for_nothing(self):
        self.start(hold_limit="60s")
        holder = self.lock()
        clients = self.held_requests(20)
        pid = self.daemon.pid()
        os.kill(pid, signal.SIGTERM)
        until(lambda: " signal=15" in self.daemon.log(), "it stops")
        began = time.monotonic()
        self.daemon.stop()
        self.assertLess(time.monotonic() - began, 5)
        holder.communicate("ROLLBACK;")
        self.assert_spooled_and_loaded(clients)


if __name__ == "__main__":
    unittest.main()
