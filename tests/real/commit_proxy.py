# A proxy between the daemon and PostgreSQL on a Unix socket of its own. It forwards what it is given, until
# it is told what to do with the next COMMIT. A statement that inserts submissions without BEGIN and COMMIT
# around it is one too: its Sync commits it.
#
#   reply    forward it, wait until the server has confirmed it, and cut without a word
#   request  cut before the server hears of it
#   at_once  forward it and cut, whatever the server makes of it
#   held     forward it and hold the server's confirmation back until it is told otherwise
#
# SPDX-License-Identifier: Apache-2.0
import os
import re
import selectors
import socket
import threading

# The client's Bind of an insert, or its COMMIT; then the server's ReadyForQuery tells that it was done.
ASKED = re.compile(rb"B....\0insert_submissions?\0|COMMIT\0", re.DOTALL)
CONFIRMED = re.compile(rb"Z\0\0\0\x05")
LONGEST = 32  # of what is looked for
BLOCK = 1 << 16


class _Link:
    """One connection of the daemon and the one to the server that it stands for."""

    def __init__(self, client, server):
        self.client, self.server = client, server
        self.tails = {client: b"", server: b""}  # the end of what came before, for what is split
        self.asked = False  # and not confirmed yet
        self.held = None


class CommitProxy:
    def __init__(self, folder, server_path):
        self.folder = folder
        self.cuts = 0
        self._server_path = server_path
        self._lock = threading.Lock()
        self._mode, self._left = None, 0
        os.makedirs(folder, exist_ok=True)
        self._path = os.path.join(folder, ".s.PGSQL.5432")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._path)
        os.chmod(self._path, 0o777)
        self._listener.listen(64)
        self._wake, self._waker = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        self._links = set()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="commit-proxy", daemon=True)
        self._thread.start()

    def cut_next(self, mode, count=1):
        """Of the next `count` COMMITs; None forwards again, what was held included."""
        with self._lock:
            self._mode, self._left = mode, count
        self._waker.send(b"x")

    def end(self):
        self._ended = True
        self._waker.send(b"x")
        self._thread.join()
        for link in list(self._links):
            self._cut(link)
        self._selector.close()
        for one in (self._listener, self._wake, self._waker):
            one.close()
        os.unlink(self._path)

    # -- Inside: one thread --

    def _run(self):
        while not self._ended:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._wake:
                    self._wake.recv(BLOCK)
                    self._release_held()
                elif key.data in self._links:
                    self._pass_on(key.data, key.fileobj)

    def _accept(self):
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._server_path)
        except OSError:
            client.close()
            server.close()
            return
        link = _Link(client, server)
        self._links.add(link)
        for one in (client, server):
            self._selector.register(one, selectors.EVENT_READ, link)

    def _cut(self, link):
        self._links.discard(link)
        for one in (link.client, link.server):
            self._selector.unregister(one)
            one.close()

    def _take(self, *modes):
        """True when this COMMIT is one to be dealt with in one of these ways."""
        with self._lock:
            if self._mode not in modes or self._left == 0:
                return False
            self._left -= 1
            self.cuts += 1
            return True

    def _pass_on(self, link, source):
        other = link.server if source is link.client else link.client
        try:
            block = source.recv(BLOCK)
            seen = link.tails[source] + block
            link.tails[source] = seen[-LONGEST + 1:]
            if block == b"" or not self._forward(link, source, other, block, seen):
                self._cut(link)
        except OSError:
            self._cut(link)

    def _forward(self, link, source, other, block, seen):
        """False when the link is to be cut."""
        if source is link.client:
            if not link.asked and is_new(seen, ASKED, block):
                link.asked = True
                if self._take("request"):
                    return False
                if self._take("at_once"):
                    other.sendall(block)
                    return False
        elif link.held is not None:
            link.held += block
            return True
        elif link.asked and is_new(seen, CONFIRMED, block):
            link.asked = False
            if self._take("reply"):
                return False
            if self._take("held"):
                link.held = block
                return True
        other.sendall(block)
        return True

    def _release_held(self):
        with self._lock:
            if self._mode == "held":
                return
        for link in list(self._links):
            held, link.held = link.held, None
            if held is not None:
                try:
                    link.client.sendall(held)
                except OSError:
                    self._cut(link)


def is_new(seen, wanted, block):
    """Does it end in this block, and not in what came before?"""
    return any(found.end() > len(seen) - len(block) for found in wanted.finditer(seen))
