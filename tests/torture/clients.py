# The clients: each a thread with a kept-alive connection that sends submissions one after the other,
# mostly new ones, sometimes in bulk, again, with other content, or withdrawn. A client goes on only when
# the reply is in its ledger; who got 503 or no reply sends the same again, or gives up.
#
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import threading
import time

import answers

REPLY_LIMIT_S = 25
PAUSE_S = 0.03  # at most, between two requests: more rows would prove no more, and slow all down
GIVES_UP = 0.15

# How often a client does what, in thousandths; the rest are new submissions.
HABITS = (
    (30, "bulk"), (60, "again"), (40, "other_content"), (25, "withdraw"), (25, "shared"),
    (10, "after_withdrawal"),
)


class Client(threading.Thread):
    def __init__(self, number, crowd):
        super().__init__(name=f"client-{number}", daemon=True)
        self._crowd = crowd
        self._ledger = crowd.ledger
        self._page = crowd.ledger.page(number)
        self._dice = answers.dice(crowd.seed, "client", number)
        self._connection = None
        self.mine = []  # ids sent lately

    def run(self):
        try:
            while self._crowd.let_on():
                self._act()
                time.sleep(self._dice.random() * PAUSE_S)
        except BaseException as error:  # whatever it is, the run must not pass for a quiet one
            self._crowd.faults.append(f"{self.name}: {error!r}")
            raise
        finally:
            self._close()
            self._page.close()

    def _act(self):
        roll = self._dice.randrange(1000)
        for share, habit in HABITS:
            if roll < share:
                getattr(self, f"_{habit}")()
                return
            roll -= share
        self._new()

    # -- What it does --

    def _new(self):
        id_ = answers.new_id(self._dice)
        self.mine = [*self.mine[-30:], id_]
        self._insist(id_, 0)

    def _again(self):
        if (id_ := self._known(lambda entry: entry.receipt)) is not None:
            self._insist(id_, self._dice.choice(sorted(self._ledger.entry(id_).receipt)))

    def _other_content(self):
        if (id_ := self._known(lambda entry: True)) is not None:
            self._insist(id_, 1)

    def _shared(self):
        """An id that other clients send at the same time, with either content."""
        self._insist(self._crowd.shared_id(), self._dice.choice(answers.VARIANTS))

    def _after_withdrawal(self):
        if (id_ := self._known(lambda entry: entry.withdrawn)) is not None:
            self._insist(id_, 0)

    def _bulk(self):
        batch = [answers.new_id(self._dice) for _ in range(self._dice.randrange(2, 25))]
        lines = [(id_, 0) for id_ in batch]
        if self.mine and self._dice.random() < 0.5:
            lines.append((self.mine[-1], self._dice.choice(answers.VARIANTS)))
        self._send_bulk(lines)

    def _withdraw(self):
        id_ = self._known(lambda entry: entry.receipt and not entry.withdrawn)
        if id_ is None:
            return
        variant, receipt = self._dice.choice(sorted(self._ledger.entry(id_).receipt.items()))
        self._ledger.withdrawing(id_, variant)
        status, _, reply = self._exchange(f"/v1/casud/submissions/{id_}/withdrawal",
                                          json.dumps({"receipt": receipt}).encode(), "application/json")
        self._page.write("withdrawal", id_, variant, status)
        self._ledger.withdrawal_told(id_, variant, status)
        # 403: the other content is what is stored under this id.
        if status not in (0, 200, 404, 503) and (status != 403 or len(self._ledger.entry(id_).sent) < 2):
            self._crowd.faults.append(f"{status} {reply} for the withdrawal of {id_}")

    def _known(self, fits):
        """An id of its own lately, or one of an earlier round."""
        ids = [id_ for id_ in self.mine if fits(self._ledger.entry(id_))]
        if not ids or self._dice.random() < 0.4:
            ids = [id_ for id_, entry in self._ledger.older.items() if fits(entry)] or ids
        return self._dice.choice(sorted(ids)) if ids else None

    # -- Sending --

    def _insist(self, id_, variant):
        while self._send(id_, variant) in (0, 503) and self._crowd.let_on():
            if self._dice.random() < GIVES_UP:
                return
            time.sleep(0.2 * self._dice.random())

    def _send(self, id_, variant):
        was_withdrawn = self._ledger.sending(id_, variant)
        status, headers, reply = self._exchange(answers.PATH, answers.body(id_, variant), "application/json")
        self._settle(id_, variant, status, reply, was_withdrawn)
        if status == 503 and int(headers.get("Retry-After", "0")) < 1:
            self._crowd.faults.append(f"503 without Retry-After for {id_}")
        return status

    def _send_bulk(self, lines):
        before = [self._ledger.sending(id_, variant) for id_, variant in lines]
        status, _, reply = self._exchange(
            f"{answers.PATH}/bulk", b"".join(answers.body(*line) + b"\n" for line in lines),
            "application/x-ndjson", {"Authorization": f"Bearer {self._crowd.key}"})
        told = reply if status == 200 else [{"status": status}] * len(lines)
        if len(told) != len(lines):
            self._crowd.faults.append(f"{len(told)} results for {len(lines)} lines")
        for (id_, variant), line, was_withdrawn in zip(lines, told, before):
            self._settle(id_, variant, line["status"], line, was_withdrawn)

    def _settle(self, id_, variant, status, reply, was_withdrawn):
        promised = status in (200, 201, 202)
        if promised and (reply.get("id") != id_ or len(reply.get("receipt", "")) != 16):
            self._crowd.faults.append(f"{status} with {reply} for {id_}")
        if status not in (0, 200, 201, 202, 409, 410, 503):
            self._crowd.faults.append(f"{status} {reply} for {id_}")
        self._page.write("sent", id_, variant, status)
        self._ledger.told_of(id_, variant, status, reply.get("receipt") if promised else None, was_withdrawn)

    def _exchange(self, path, body, content_type, headers=None):
        """(status, headers, decoded reply); status 0: there was no whole reply."""
        began = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._crowd.port,
                                                              timeout=REPLY_LIMIT_S)
            self._connection.request("POST", path, body=body,
                                     headers={"Content-Type": content_type, **(headers or {})})
            reply = self._connection.getresponse()
            text = reply.read()
        except TimeoutError:
            self._crowd.faults.append(f"no reply within {REPLY_LIMIT_S} s ({self._ledger.fault})")
            self._close()
            return 0, {}, {}
        except (OSError, http.client.HTTPException):
            self._close()
            time.sleep(0.01)  # while the daemon is away nobody listens: no need to spin
            return 0, {}, {}
        self._ledger.waited(path.rsplit("/", 1)[1], began)
        return reply.status, reply.headers, decode(reply, text)

    def _close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def decode(reply, text):
    if "ndjson" in reply.headers.get("Content-Type", ""):
        return [json.loads(line) for line in text.decode().splitlines()]
    return json.loads(text) if text else {}


class Crowd:
    """All clients; they act between resume() and pause(), which waits until each has its reply."""

    def __init__(self, count, seed, port, key, ledger):
        self.seed, self.port, self.key, self.ledger = seed, port, key, ledger
        self.faults = []
        self._go = threading.Event()
        self._ended = False
        self._idle = threading.Semaphore(0)
        self._dice = answers.dice(seed, "shared")
        self._shared, self._shared_left = answers.new_id(self._dice), 0
        self._lock = threading.Lock()
        self._clients = [Client(number, self) for number in range(count)]
        for client in self._clients:
            client.start()

    def let_on(self):
        """Called by a client between two requests: waits while the crowd is paused; False: it is over."""
        if not self._go.is_set():
            self._idle.release()
            self._go.wait()
        return not self._ended

    def resume(self):
        for _ in self._clients:
            self._idle.acquire()
        self._go.set()

    def pause(self):
        self._go.clear()
        for _ in self._clients:
            if not self._idle.acquire(timeout=2 * REPLY_LIMIT_S):
                raise AssertionError(f"a client is stuck: {self.faults[-3:]}")
        for _ in self._clients:
            self._idle.release()

    def end(self):
        self._ended = True
        self._go.set()
        for client in self._clients:
            client.join()

    def ids_in_use(self):
        return {self._shared, *(id_ for client in self._clients for id_ in client.mine)}

    def shared_id(self):
        with self._lock:
            if self._shared_left == 0:
                self._shared, self._shared_left = answers.new_id(self._dice), 40
            self._shared_left -= 1
            return self._shared
