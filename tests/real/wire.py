# Raw bytes to a daemon or a proxy, and what comes back. The payloads that two readers of HTTP could take
# differently are here, because they are sent to both.
#
# SPDX-License-Identifier: Apache-2.0
import json
import re
import socket

import support

HOST = b"Host: a\r\n"
SUBMISSIONS = b"/v1/casud/surveys/demarches/submissions"
BEHIND = b"/v1/casud/surveys/agents/submissions"  # where only a second request goes


def connect(port, source=None, limit_s=15):
    return socket.create_connection(("127.0.0.1", port), timeout=limit_s,
                                    source_address=None if source is None else (source, 0))


def post(path, submission, fields=b"", length=None):
    """One request; length: the lines that tell the length, in place of the right one."""
    body = json.dumps(submission).encode()
    if length is None:
        length = b"Content-Length: %d\r\n" % len(body)
    return (b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n" + fields +
            length + b"\r\n" + body)


def statuses(received):
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", received)]


def first_reply_is_whole(received):
    """Head and body of the first reply are there; a reply without a length never is."""
    head, found, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return bool(found) and length is not None and len(body) >= int(length[1])


def exchange(client, sent, quiet_s=0.25):
    """Sends, then reads until the other side closes or, once a reply is there, says nothing more.

    A request that was not sent on purpose would be answered right behind the first reply."""
    received = b""
    try:
        client.sendall(sent)
        while True:
            client.settimeout(quiet_s if first_reply_is_whole(received) else 3)
            block = client.recv(65536)
            if not block:
                break
            received += block
    except (TimeoutError, ConnectionError):
        pass
    return received


def smuggling(fields=b""):
    """(name, bytes, legal, id): a first request that tries to hide a second, which submits `id` to the
    survey of agents. legal: the first request is fine, and what follows it must be refused or left alone."""
    submission = support.agent()
    template = post(BEHIND, submission, fields)
    for name, sent, legal in _hiding(template):
        own = support.new_id()
        yield name, sent.replace(submission["id"].encode(), own.encode()), legal, own


def executed(cluster, hidden):
    """The names of those whose second request was executed; hidden: id to name."""
    ids = "','".join(hidden)
    return [hidden[id] for id, in cluster.psql(f"SELECT id FROM recueil.submission WHERE id IN ('{ids}')")]


def _hiding(second):
    size = len(second)
    get = b"GET /livez HTTP/1.1\r\n"
    length = b"Content-Length: %d\r\n" % size
    chunked = b"Transfer-Encoding: chunked\r\n"

    def heads():
        yield "GET with a body", get + HOST + length + b"\r\n"
        yield "HEAD with a body", b"HEAD /livez HTTP/1.1\r\n" + HOST + length + b"\r\n"
        yield "OPTIONS with a body", b"OPTIONS /livez HTTP/1.1\r\n" + HOST + length + b"\r\n"
        yield "DELETE with a body", b"DELETE /livez HTTP/1.1\r\n" + HOST + length + b"\r\n"
        yield "GET chunked", get + HOST + chunked + b"\r\n0\r\n\r\n"
        yield "HEAD chunked", b"HEAD /livez HTTP/1.1\r\n" + HOST + chunked + b"\r\n0\r\n\r\n"
        yield "space before the colon of the length", get + HOST + b"Content-Length : %d\r\n\r\n" % size
        yield "tab before the colon of the length", get + HOST + b"Content-Length\t: %d\r\n\r\n" % size
        yield "space before the colon of the coding", get + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"
        yield "obs-fold hides the length", get + HOST + b"X: a\r\n Content-Length: %d\r\n\r\n" % size
        yield "obs-fold brings the length", get + HOST + b"Content-Length:\r\n %d\r\n\r\n" % size
        yield "obs-fold before any field", get + b" " + HOST + length + b"\r\n"
        yield "NUL in a value", get + HOST + b"X: a\0b\r\n\r\n"
        yield "NUL in a name", get + HOST + b"X\0Y: a\r\n\r\n"
        yield "NUL ends the length", get + HOST + b"Content-Length: 0\0%d\r\n\r\n" % size
        yield "bare LF everywhere", b"GET /livez HTTP/1.1\nHost: a\n\n"
        yield "bare LF between fields", get + b"Host: a\nX: b\r\n\r\n"
        yield "bare LF ends the head", get + b"Host: a\r\n\n"
        yield "bare CR in a value", get + HOST + b"X: a\rContent-Length: %d\r\n\r\n" % size
        yield "CR CR LF", get + HOST + b"X: a\r\r\n\r\n"
        yield "empty name", get + HOST + b": a\r\n\r\n"
        yield "space in a name", get + HOST + b"Content Length: %d\r\n\r\n" % size
        yield "vertical tab after a name", get + HOST + b"Content-Length\x0b: %d\r\n\r\n" % size
        yield "a name in Latin-1", get + HOST + b"X-\xe9: a\r\n\r\n"
        yield "a line without a colon", get + HOST + b"nothing\r\n\r\n"
        yield "two Hosts", get + HOST + b"Host: b\r\n\r\n"
        yield "the same Host twice", get + HOST + HOST + b"\r\n"
        yield "no Host", get + b"\r\n"
        yield "a Host with a path", get + b"Host: a/../b\r\n\r\n"
        yield "HTTP/0.9", b"GET /livez\r\n\r\n"
        yield "HTTP/1.2", b"GET /livez HTTP/1.2\r\n" + HOST + b"\r\n"
        yield "HTTP/2.0", b"GET /livez HTTP/2.0\r\n" + HOST + b"\r\n"
        yield "a version that overflows", b"GET /livez HTTP/4294967297.1\r\n" + HOST + b"\r\n"
        yield "a version in lower case", b"GET /livez http/1.1\r\n" + HOST + b"\r\n"
        yield "HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        yield "a line before the request", b"\r\n" + get + HOST + length + b"\r\n"
        yield "a space before the request", b" " + get + HOST + b"\r\n"
        yield "a method in lower case", b"get /livez HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "tabs in the request line", b"GET\t/livez\tHTTP/1.1\r\n" + HOST + b"\r\n"
        yield "two spaces in the request line", b"GET  /livez HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "a target with a space", b"GET /livez /x HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "a target with a byte of Latin-1", b"GET /liv\xe9z HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "a target with a fragment", b"GET /livez#x HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "CONNECT", b"CONNECT a:80 HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "TRACE", b"TRACE /livez HTTP/1.1\r\n" + HOST + b"\r\n"
        yield "5,000 fields", get + HOST + b"X: a\r\n" * 5000 + b"\r\n"
        yield "a field of 9 kB", get + HOST + b"X: " + b"a" * 9000 + b"\r\n\r\n"
        yield "an unknown expectation", get + HOST + b"Expect: 200-ok\r\n\r\n"
        yield "two X-Real-IP", get + HOST + b"X-Real-IP: 192.0.2.1\r\nX-Real-IP: 192.0.2.2\r\n\r\n"

    def posts():
        right = b"Content-Length: %d\r\n"
        yield "length and chunked", lambda n: right % n + chunked
        yield "chunked and length", lambda n: chunked + right % n
        yield "chunked in HTTP/1.1", lambda n: chunked
        yield "gzip, chunked", lambda n: right % n + b"Transfer-Encoding: gzip, chunked\r\n"
        yield "xchunked", lambda n: right % n + b"Transfer-Encoding: xchunked\r\n"
        yield "identity", lambda n: right % n + b"Transfer-Encoding: identity\r\n"
        yield "chunked twice", lambda n: right % n + chunked + chunked
        yield "chunked after a vertical tab", lambda n: right % n + b"Transfer-Encoding: \x0bchunked\r\n"
        yield "chunked folded", lambda n: right % n + b"Transfer-Encoding:\r\n chunked\r\n"
        yield "space before the colon, chunked", lambda n: right % n + b"Transfer-Encoding : chunked\r\n"
        yield "two lengths, short first", lambda n: right % n + right % (n + size)
        yield "two lengths, long first", lambda n: right % (n + size) + right % n
        yield "the same length twice", lambda n: right % n + right % n
        yield "a list of lengths", lambda n: b"Content-Length: %d, %d\r\n" % (n, n)
        yield "a length with a sign", lambda n: b"Content-Length: +%d\r\n" % n
        yield "a negative length", lambda n: b"Content-Length: -1\r\n"
        yield "a hexadecimal length", lambda n: b"Content-Length: 0x%x\r\n" % n
        yield "a length in two parts", lambda n: b"Content-Length: %d 0\r\n" % n
        yield "a length that ends in NUL", lambda n: b"Content-Length: %d\0\r\n" % n
        yield "a length with a point", lambda n: b"Content-Length: %d.0\r\n" % n
        yield "an empty length", lambda n: b"Content-Length:\r\n"
        yield "a length that overflows", lambda n: b"Content-Length: 18446744073709551617\r\n"
        yield "no length", lambda n: b""

    for name, head in heads():
        yield name, head + second, False
    for name, lengths in posts():
        first = support.citizen()
        body = len(json.dumps(first).encode())
        yield name, post(SUBMISSIONS, first, length=lengths(body)) + second, False
    yield "a length that is short", post(SUBMISSIONS, support.citizen(), length=b"Content-Length: 9\r\n") + second, False
    yield "close among the options", get + HOST + b"Connection: keep-alive, close\r\n\r\n" + second, True
    yield "HTTP/1.0 without keep-alive", b"GET /livez HTTP/1.0\r\n" + HOST + b"\r\n" + second, True
    yield "junk between two requests", get + HOST + b"\r\n" + b"xx" + second, True
    yield "an empty line between two requests", get + HOST + b"\r\n" + b"\r\n" + second, True
    yield "a NUL between two requests", get + HOST + b"\r\n" + b"\0" + second, True
