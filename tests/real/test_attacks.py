# What attackers send to the daemon itself: requests that two readers could take differently, bytes that come
# too slowly, replies that nobody reads, JSON that grows in memory, more clients than descriptors, too many
# submissions from one address.
#
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import http.client
import json
import os
import re
import resource
import socket
import time
import unittest

import support
import wire
from support import agent, citizen, until


def seconds_of_cpu(pid):
    fields = support.read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon, cls.cluster = cls.world.daemon, cls.world.cluster

    def stored(self, submission):
        return int(self.cluster.value(f"SELECT count(*) FROM recueil.submission WHERE id = '{submission['id']}'"))

    def send(self, sent):
        with wire.connect(self.daemon.port) as client:
            return wire.exchange(client, sent)

    # -- Requests that hide another --

    def test_a_second_request_is_executed_where_it_may_be(self):
        """Without this, the next test could not fail."""
        for first in (b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", wire.post(wire.SUBMISSIONS, citizen())):
            second = agent()
            received = self.send(first + wire.post(wire.BEHIND, second))
            self.assertEqual(wire.statuses(received)[-1], 201, received)
            self.assertEqual(self.stored(second), 1)

    def test_no_request_hides_another(self):
        hidden = {}
        for name, sent, legal, second in wire.smuggling():
            hidden[second] = name
            with self.subTest(name):
                received = self.send(sent)
                codes = wire.statuses(received)
                if legal:
                    self.assertEqual(codes[:1], [200], received)
                    self.assertIn(codes[1:], ([], [400], [501]), received)
                else:
                    self.assertEqual(len(codes), 1, received)
                    self.assertGreaterEqual(codes[0], 400, received)
                    self.assertIn(b"\r\nConnection: close\r\n", received)
        self.assertGreater(len(hidden), 70)
        self.assertEqual(wire.executed(self.cluster, hidden), [])
        self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)

    def test_a_head_is_never_answered_with_a_body(self):
        for path in ("/livez", "/readyz", "/casud/", "/casud/demarches", "/nowhere", "/v1/casud/surveys"):
            head = f"HEAD {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            for fields in ("", "Content-Length: 3\r\n", "Host: b\r\n"):
                received = self.daemon.raw((head + fields + "\r\n").encode())
                self.assertTrue(received.endswith(b"\r\n\r\n"), received)
                self.assertEqual(len(wire.statuses(received)), 1, received)

    # -- Slow clients --

    def drip(self, begin, drop=b"x"):
        """Sends a byte each tenth of a second; returns after how long the daemon answered, and how."""
        with wire.connect(self.daemon.port) as client:
            began = time.monotonic()
            client.sendall(begin)
            client.settimeout(0.1)
            received = b""
            while time.monotonic() < began + 25:
                try:
                    block = client.recv(4096)
                    if not block:
                        return time.monotonic() - began, received
                    received += block
                except TimeoutError:
                    if not received:
                        client.sendall(drop)
                except ConnectionError:
                    return time.monotonic() - began, received
        self.fail("the daemon waited for more than 25 s")

    def test_drips_are_cut_by_one_deadline(self):
        post = b"POST " + wire.SUBMISSIONS + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n"
        drips = {
            "head": (b"GET /livez HTTP/1.1\r\nHost: a\r\nX: ", b"x", 5, [408]),
            "line after line": (b"GET /livez HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n", 5, [408]),
            "body": (post, b"x", 10, [408]),
            "body of 64 KiB": (post.replace(b"9000", b"65536"), b"x", 10, [408]),
        }
        with concurrent.futures.ThreadPoolExecutor() as pool:
            running = {name: pool.submit(self.drip, begin, drop) for name, (begin, drop, _, _) in drips.items()}
        for name, (_, _, limit_s, codes) in drips.items():
            took_s, received = running[name].result()
            with self.subTest(name):
                self.assertEqual(wire.statuses(received), codes)
                self.assertGreaterEqual(took_s, limit_s - 0.1)
                self.assertLess(took_s, limit_s + 5)

    def test_nobody_keeps_a_connection_without_a_request(self):
        with wire.connect(self.daemon.port, limit_s=25) as client:
            began = time.monotonic()
            self.assertEqual(client.recv(10), b"", "closed without a word")
            self.assertGreaterEqual(time.monotonic() - began, 14.9)

    def test_who_does_not_read_is_not_read_and_is_cut(self):
        request = b"GET /casud/demarches HTTP/1.1\r\nHost: a\r\n\r\n" * 100
        sent = 0
        began = time.monotonic()
        with wire.connect(self.daemon.port, limit_s=25) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(25)
            with self.assertRaises(ConnectionError):
                while True:
                    sent += client.send(request)
                    self.assertLess(sent, 16 << 20, "it reads what it cannot answer")
            self.assertLess(time.monotonic() - began, 25)

    def test_an_endless_chunk_line_is_refused_before_it_ends(self):
        head = b"POST " + wire.SUBMISSIONS + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        sent = 0
        with wire.connect(self.daemon.port) as client:
            client.sendall(head)
            self.assertRegex(client.recv(4096), rb"^HTTP/1.1 411 ")
            with self.assertRaises(ConnectionError):
                while True:
                    sent += client.send(b"1" * 65536)
                    self.assertLess(sent, 16 << 20, "it reads what it refused")

    def test_a_refused_body_is_taken_so_that_the_refusal_is_read(self):
        """By a client that sends everything before it reads, as many do."""
        for key, code in ((self.world.key, 413), ("wrong", 401)):
            body = b"x" * (6 << 20)
            head = (f"POST /v1/casud/surveys/demarches/submissions/bulk HTTP/1.1\r\nHost: a\r\n"
                    f"Authorization: Bearer {key}\r\nContent-Type: application/x-ndjson\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n").encode()
            with wire.connect(self.daemon.port) as client:
                client.sendall(head + body)
                self.assertEqual(wire.statuses(client.recv(4096)), [code])

    # -- JSON --

    def judge(self, body):
        status, _, reply = self.daemon.submit(body)
        return status, reply

    def test_bombs_are_refused_and_leave_nothing(self):
        valid = json.dumps(citizen()).encode()
        bombs = {
            "objects": b"[" + b"{}," * 21000 + b"{}]",
            "nested objects": b'{"a":' * 10000,
            "arrays": b"[" * 65000,
            "closed arrays": b"[" * 32000 + b"]" * 32000,
            "keys": b"{" + b",".join(b'"%d":0' % i for i in range(6000)) + b"}",
            "zeros": b'{"answers":{"satisfaction":[' + b"0," * 30000 + b"0]}}",
            "empty strings": b'{"answers":{"irritants":[' + b'"",' * 20000 + b'""]}}',
            "answers": b'{"answers":{' + b",".join(b'"q%d":{}' % i for i in range(5000)) + b"}}",
        }
        with concurrent.futures.ThreadPoolExecutor() as pool:
            told = {name: pool.submit(self.judge, bomb) for name, bomb in bombs.items()}
        for name, one in told.items():
            with self.subTest(name):
                self.assertIn(one.result()[0], (400, 413, 422))
        self.assertEqual(self.daemon.submit(valid)[0], 201)

    def test_what_is_no_submission_is_refused_with_its_place(self):
        hostile = {
            b'{"answers":{"texte":"a\\u0000b"}}': 400,
            b'{"answers":{"texte":"\\ud800"}}': 400,
            b'{"answers":{"texte":"\\udc00\\ud800"}}': 400,
            b'{"answers":{"texte":"\xff"}}': 400,
            b'{"answers":{"texte":"\xc0\x80"}}': 400,
            b'{"answers":{"texte":"\xed\xa0\x80"}}': 400,
            b'{"answers":{"satisfaction":1e400}}': 400,
            b'{"answers":{"satisfaction":NaN}}': 400,
            b'{"answers":{"satisfaction":01}}': 400,
            b'{"answers":{"satisfaction":9223372036854775808}}': 400,
            b'{"answers":{},"answers":{}}': 400,
            b'{"answers":{},"\\u0061nswers":{}}': 400,
            b'{"answers":{"texte":"a","t\\u0065xte":"b"}}': 400,
            b'{"answers":{}} {"answers":{}}': 400,
            b'\xef\xbb\xbf{"answers":{}}': 400,
            b"{'answers':{}}": 400,
            b'{"answers":{},}': 400,
            b"1": 400, b'"a"': 400, b"null": 400, b"true": 400, b"[]": 400, b"": 400,
            b'{"answers":{"satisfaction":{"a":{"b":{}}}}}': 422,
            b'{"answers":{"irritants":[["delai"]]}}': 422,
            b'{"answers":[{"satisfaction":2}]}': 422,
            b'{"answers":{"satisfaction":2.5,"texte":4}}': 422,
        }
        for body, code in hostile.items():
            with self.subTest(body):
                status, reply = self.judge(body)
                self.assertEqual(status, code, reply)
                self.assertEqual(reply["status"], code)
        self.assertEqual(self.cluster.value("SELECT count(*) FROM recueil.submission_content "
                                            "WHERE content LIKE '%\\\\u0000%'"), "0")

    def test_difficult_but_valid_text_is_stored_as_it_came(self):
        sent = citizen(answers={"satisfaction": 2, "issue": "done", "aide": "none", "irritants": ["delai"],
                                "texte": "TEXT"})
        body = json.dumps(sent).replace("TEXT", "\\ud834\\udd1e \\u2028 \u00e9 e\u0301 \\/ \\\"").encode() + b" \r\n"
        self.assertEqual(self.judge(body)[0], 201)
        content = self.cluster.value(f"SELECT content FROM recueil.submission_content WHERE id = '{sent['id']}'")
        self.assertEqual(content.encode(), body)

    # -- Bulk --

    def test_a_bulk_of_bad_lines_does_not_stop_the_others(self):
        line = b'{"answers":{' + b",".join(b'"q%d":%d' % (i, i) for i in range(300)) + b"}}"
        with concurrent.futures.ThreadPoolExecutor() as pool:
            running = pool.submit(self.daemon.bulk, [line] * 1000, self.world.key)
            turns = 0
            while not running.done():
                self.assertEqual(self.daemon.request("GET", "/livez")[0], 200)
                turns += 1
        status, _, replies = running.result()
        self.assertEqual(status, 200)
        self.assertEqual([reply["status"] for reply in replies], [422] * 1000)
        self.assertEqual([reply["line"] for reply in replies], list(range(1, 1001)))
        self.assertEqual({len(reply["errors"]) for reply in replies}, {10}, "the first ten of each line")
        self.assertGreater(turns, 20, "others are served meanwhile")

    def test_only_one_bulk_is_read_at_a_time_and_the_next_is_told_to_wait(self):
        lines = [json.dumps(citizen()).encode() for _ in range(1000)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            told = [pool.submit(self.daemon.bulk, lines, self.world.key) for _ in range(3)]
        codes = sorted(one.result()[0] for one in told)
        self.assertEqual(codes[0], 200)
        self.assertTrue(set(codes) <= {200, 503}, codes)
        self.assertEqual(self.daemon.bulk(lines[:1], self.world.key)[0], 200, "the turn is given back")


class Descriptors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon = cls.world.daemon

    def crowd(self, count, first=b""):
        clients = []
        for _ in range(count):
            client = wire.connect(self.daemon.port)
            client.sendall(first)
            clients.append(client)
        self.addCleanup(lambda: [client.close() for client in clients])
        return clients

    def assert_rests(self, pid):
        """The CPU time of two seconds in which nothing happens but clients that cannot be let in."""
        before = seconds_of_cpu(pid)
        time.sleep(2)
        self.assertLess(seconds_of_cpu(pid) - before, 0.3)

    def take_descriptors(self, room):
        """From the daemon as it runs, which cannot adapt to it."""
        pid = self.daemon.pid()
        used = len(os.listdir(f"/proc/{pid}/fd"))
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + room, limits[1]))

    def test_idle_clients_make_room_where_descriptors_run_out(self):
        self.take_descriptors(10)
        self.crowd(200)
        for _ in range(5):
            self.assertEqual(self.daemon.submit(citizen())[0], 201)
        self.assert_rests(self.daemon.pid())

    def test_accepting_rests_without_descriptors_and_goes_on_when_one_is_free(self):
        self.take_descriptors(10)
        clients = self.crowd(200, b"GET /livez HTTP/1.1\r\nHost: a\r\n")
        until(lambda: "accept_paused" in self.daemon.log(), "accepting is paused", 10)
        self.assert_rests(self.daemon.pid())
        for client in clients[1::2]:
            client.close()
        for client in clients[::2]:
            client.sendall(b"Connection: close\r\n\r\n")
        for client in clients[::2]:
            self.assertRegex(client.recv(100), b"^HTTP/1.1 200 ")
            client.close()
        self.assertEqual(self.daemon.submit(citizen())[0], 201)

    def test_a_low_limit_from_the_start_leaves_room_for_who_asks(self):
        self.daemon.stop()
        self.daemon.start(descriptors=64)
        self.addCleanup(self.daemon.start)
        self.addCleanup(self.daemon.stop)
        self.crowd(200)
        self.assertEqual(self.daemon.submit(citizen())[0], 201)
        self.assert_rests(self.daemon.pid())
        self.assertEqual(self.daemon.submit(citizen())[0], 201)


class Allowance(unittest.TestCase):
    """Three submissions a minute from each address; none of the peers is a trusted proxy."""

    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon = cls.world.daemon
        with open(cls.world.cluster.config, "a", encoding="utf-8") as file:
            file.write("trusted_proxies = 192.0.2.1\nsubmissions_per_minute = 3\n")
        cls.daemon.stop()
        cls.daemon.start()

    def send(self, source, path="/v1/casud/surveys/demarches/submissions", body=None,
             content_type="application/json", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30,
                                                source_address=(source, 0))
        connection.request("POST", path, body if body is not None else json.dumps(citizen()),
                           {"Content-Type": content_type, **(headers or {})})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, reply.headers, text

    def test_beyond_it_429_says_when_to_come_back(self):
        self.assertEqual([self.send("127.0.1.1")[0] for _ in range(3)], [201] * 3)
        status, headers, text = self.send("127.0.1.1", headers={"Accept-Language": "fr"})
        self.assertEqual(status, 429)
        self.assertIn(int(headers["Retry-After"]), range(1, 21))
        problem = json.loads(text)
        self.assertEqual((problem["status"], problem["title"]), (429, "Too Many Requests"))
        self.assertIn("adresse", problem["detail"])
        self.assertIn("address", json.loads(self.send("127.0.1.1", headers={"Accept-Language": "en"})[2])["detail"])
        self.assertEqual(self.send("127.0.1.2")[0], 201, "another address is not concerned")

    def test_nobody_gets_round_it_by_a_field(self):
        codes = [self.send("127.0.2.1", headers={"X-Real-IP": f"198.51.100.{turn}",
                                                 "X-Forwarded-For": f"198.51.100.{turn}"})[0]
                 for turn in range(6)]
        self.assertEqual(codes, [201] * 3 + [429] * 3)

    def test_a_refused_submission_counts_too(self):
        codes = [self.send("127.0.3.1", body='{"answers":{}}')[0] for _ in range(5)]
        self.assertEqual(codes, [422] * 3 + [429] * 2)

    def test_the_form_keeps_every_answer(self):
        form = "demarche=dechets-bac&canal=desk&satisfaction=2&texte=Deux+semaines"
        browser = {"Accept": "text/html", "Accept-Language": "fr"}
        for _ in range(3):
            self.send("127.0.4.1", "/casud/demarches", form, "application/x-www-form-urlencoded", browser)
        status, headers, page = self.send("127.0.4.1", "/casud/demarches", form,
                                          "application/x-www-form-urlencoded", browser)
        self.assertEqual(status, 429)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertIn("Deux semaines", page)
        self.assertIn("Gardez cette page ouverte", page)

    def test_a_change_of_language_and_reading_are_free(self):
        form = "_lang=en&demarche=dechets-bac"
        for _ in range(6):
            status, _, _ = self.send("127.0.5.1", "/casud/demarches", form, "application/x-www-form-urlencoded",
                                     {"Accept": "text/html"})
            self.assertEqual(status, 200)
        self.assertEqual(self.send("127.0.5.1")[0], 201)

    def test_bulk_is_not_counted(self):
        lines = [citizen() for _ in range(10)]
        self.assertEqual(self.daemon.bulk(lines, self.world.key)[0], 200)
        self.assertEqual(self.daemon.bulk([citizen()], self.world.key)[0], 200)

    def test_no_address_is_logged(self):
        for _ in range(5):
            self.send("127.0.6.1")
        self.assertIsNone(re.search(r"127\.0\.6\.1", self.daemon.log()))


if __name__ == "__main__":
    unittest.main()
