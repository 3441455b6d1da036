# The daemon behind Debian's nginx, with the site that is shipped (packaging/nginx/recueil.conf): no request
# gets past the proxy inside another, the daemon counts by the client's address, and nobody can tell it another.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import unittest

import support
import wire
from support import agent, citizen, until

SITE = os.path.join(support.ROOT, "packaging/nginx/recueil.conf")
NAME = "demarches.example.fr"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")


class Proxy:
    """nginx without rights, in a folder of its own, with one worker and one connection kept to the daemon:
    what one request leaves behind would meet the next. The survey of agents is closed to who comes from
    outside: a submission to it is a request that nginx did not see."""

    def __init__(self, daemon_port):
        self.folder = support.folder()
        self.port = support.free_port()
        self._plain_port = support.free_port()
        self._make_certificate()
        support.write(f"{self.folder}/site.conf", self._site(daemon_port))
        support.write(f"{self.folder}/nginx.conf", self._main())
        self.tls = ssl.create_default_context(cafile=f"{self.folder}/cert.pem")
        self._process = None

    def _make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                        "-keyout", f"{self.folder}/key.pem", "-out", f"{self.folder}/cert.pem"],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)

    def _site(self, daemon_port):
        site = support.read(SITE)
        for pattern, text, count in (
                (r"listen \[::\]:.*;", "", 2),
                (r"listen 80;", f"listen 127.0.0.1:{self._plain_port};", 1),
                (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;", 1),
                (r"ssl_certificate /.*;", f"ssl_certificate {self.folder}/cert.pem;", 1),
                (r"ssl_certificate_key /.*;", f"ssl_certificate_key {self.folder}/key.pem;", 1),
                (r"access_log /[^ ]*", f"access_log {self.folder}/access.log", 1),
                (r"server 127.0.0.1:8080;", f"server 127.0.0.1:{daemon_port};", 1),
                (r"keepalive 32;", "keepalive 1;", 1),
                (r"location / \{", "location /v1/casud/surveys/agents/ { return 403; }\n    location / {", 1)):
            site, found = re.subn(pattern, text, site)
            if found != count:
                raise AssertionError(f"{SITE}: {pattern} is there {found} times, not {count}")
        return site

    def _main(self):
        places = "".join(f"{name}_temp_path {self.folder}/{name};\n"
                         for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return (f"worker_processes 1;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\n"
                f"events {{ worker_connections 256; }}\nhttp {{\n{places}include {self.folder}/site.conf;\n}}\n")

    def start(self):
        who = {}
        if os.geteuid() == 0:
            who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            for root, _, files in os.walk(self.folder):
                for path in (root, *(os.path.join(root, name) for name in files)):
                    shutil.chown(path, "nobody", "nogroup")
        log = f"{self.folder}/error.log"
        command = [NGINX, "-p", self.folder, "-e", log, "-c", f"{self.folder}/nginx.conf", "-g", "daemon off;"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.STDOUT, **who)
        until(self._answers, "nginx answers", 20)
        return self

    def _answers(self):
        if self._process.poll() is not None:
            raise AssertionError(f"nginx ended with {self._process.returncode}\n{self.log()}")
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def end(self):
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder)

    def log(self):
        return support.read(f"{self.folder}/error.log")

    def access_log(self):
        return support.read(f"{self.folder}/access.log")

    def connect(self, source=None):
        return self.tls.wrap_socket(wire.connect(self.port, source), server_hostname=NAME)

    def plain(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self._plain_port, timeout=10)
        connection.request("GET", path)
        reply = connection.getresponse()
        connection.close()
        return reply.status, reply.headers["Location"]

    def request(self, method, path, body=None, headers=None, source=None):
        with self.connect(source) as client:
            connection = http.client.HTTPConnection(NAME)
            connection.sock = client
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()

    def submit(self, submission, source=None, headers=None):
        status, _, _ = self.request("POST", wire.SUBMISSIONS.decode(), json.dumps(submission),
                                    {"Content-Type": "application/json", **(headers or {})}, source)
        return status


@unittest.skipIf(NGINX is None, "nginx is not installed")
class Behind(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.daemon, cls.cluster = cls.world.daemon, cls.world.cluster
        cls.proxy = Proxy(cls.daemon.port).start()
        cls.addClassCleanup(cls.proxy.end)

    def restart_with(self, **settings):
        """The daemon with these settings for one test."""
        before = support.read(self.cluster.config)
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        support.write(self.cluster.config, before + lines)
        self.daemon.stop()
        self.daemon.start()
        support.write(self.cluster.config, before)
        self.addCleanup(self.daemon.start)
        self.addCleanup(self.daemon.stop)

    def stored(self, survey):
        return int(self.cluster.value(f"SELECT count(*) FROM recueil.submission WHERE survey = '{survey}'"))

    def test_pages_and_submissions_pass(self):
        status, headers, page = self.proxy.request("GET", "/casud/demarches", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        self.assertTrue(page.startswith(b"\x1f\x8b"))
        self.assertIn("max-age", headers["Strict-Transport-Security"])
        self.assertEqual(self.proxy.submit(citizen()), 201)
        self.assertEqual(self.proxy.plain("/casud/?lang=en"), (301, f"https://{NAME}/casud/?lang=en"))

    def test_a_bulk_of_more_than_one_body_passes(self):
        lines = b"".join(json.dumps(citizen()).encode() + b"\n" for _ in range(900))
        status, _, reply = self.proxy.request(
            "POST", "/v1/casud/surveys/demarches/submissions/bulk", lines,
            {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {self.world.key}"})
        self.assertEqual(status, 200)
        self.assertEqual(reply.count(b'"status":201'), 900)

    def connections_of_the_daemon(self):
        folder = f"/proc/{self.daemon.pid()}/fd"
        return {os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}

    def test_it_keeps_its_connection_to_the_daemon(self):
        """Where each request had a connection of its own, nothing could be hidden in one."""
        self.proxy.request("GET", "/livez")
        before = self.connections_of_the_daemon()
        for _ in range(5):
            self.proxy.request("GET", "/livez")
        self.assertEqual(self.connections_of_the_daemon(), before)

    def test_what_nginx_denies_is_denied(self):
        """Where it denied nothing, nobody would have to get past it."""
        before = self.stored("agents")
        self.assertEqual(self.daemon.submit(agent(), "agents")[0], 201)
        status, _, _ = self.proxy.request("POST", wire.BEHIND.decode(), json.dumps(agent()),
                                          {"Content-Type": "application/json"})
        self.assertEqual(status, 403)
        self.assertEqual(self.stored("agents"), before + 1)

    def test_no_request_gets_past_the_proxy_inside_another(self):
        hidden = {}
        alive = self.daemon.request("GET", "/livez")[2]
        for name, sent, _, second in wire.smuggling(b"X-Real-IP: 203.0.113.9\r\n"):
            hidden[second] = name
            with self.subTest(name):
                with self.proxy.connect() as client:
                    wire.exchange(client, sent)
                # Whoever comes next on the connection to the daemon gets the answer to their own request.
                for _ in range(2):
                    status, _, body = self.proxy.request("GET", "/livez")
                    self.assertEqual((status, body), (200, alive))
        self.assertEqual(wire.executed(self.cluster, hidden), [])

    def test_the_daemon_counts_by_the_address_of_the_client(self):
        self.restart_with(submissions_per_minute=3)
        self.assertEqual([self.proxy.submit(citizen(), "127.0.1.1") for _ in range(4)], [201] * 3 + [429])
        self.assertEqual(self.proxy.submit(citizen(), "127.0.1.2"), 201, "another client is not concerned")
        self.assertEqual([self.daemon.submit(citizen())[0] for _ in range(5)], [201] * 5,
                         "a program on this host, which is trusted and tells no address")

    def test_no_client_tells_the_daemon_another_address(self):
        self.restart_with(submissions_per_minute=3)

        def fields(turn):
            return {"X-Real-IP": f"198.51.100.{turn}", "X-Forwarded-For": f"198.51.100.{turn}",
                    "X_Real_IP": f"198.51.100.{turn}", "Forwarded": f"for=198.51.100.{turn}"}

        codes = [self.proxy.submit(citizen(), "127.0.2.1", fields(turn)) for turn in range(5)]
        self.assertEqual(codes, [201] * 3 + [429] * 2)
        request = wire.post(wire.SUBMISSIONS, citizen(),
                            b"X-Real-IP: 198.51.100.7\r\nX-Real-IP: 198.51.100.8\r\nConnection: close\r\n")
        with self.proxy.connect("127.0.2.1") as client:
            self.assertEqual(wire.statuses(wire.exchange(client, request))[:1], [429])

    def test_the_log_of_the_proxy_holds_no_address_and_no_ticket(self):
        self.assertEqual(self.proxy.submit(citizen(), "127.0.7.7"), 201)
        self.proxy.request("GET", "/casud/demarches/thanks?t=SECRETTICKET", source="127.0.7.7")
        until(lambda: "/casud/demarches/thanks" in self.proxy.access_log(), "the request is logged", 10)
        self.assertNotRegex(self.proxy.access_log(), r"127\.0|SECRET")

    def test_an_unfinished_body_never_reaches_the_daemon(self):
        opened = len(os.listdir(f"/proc/{self.daemon.pid()}/fd"))
        clients = [self.proxy.connect() for _ in range(40)]
        for client in clients:
            client.sendall(b"POST " + wire.SUBMISSIONS + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{")
        self.assertEqual(self.proxy.submit(citizen()), 201)
        self.assertLess(len(os.listdir(f"/proc/{self.daemon.pid()}/fd")), opened + 10)
        for client in clients:
            client.close()

    def test_slow_clients_and_a_reply_that_nobody_reads_do_not_stop_the_others(self):
        with self.proxy.connect() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"GET /casud/demarches HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
            for _ in range(10):
                self.assertEqual(self.proxy.submit(citizen()), 201)


if __name__ == "__main__":
    unittest.main()
