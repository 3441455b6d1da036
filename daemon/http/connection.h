// Turns bytes into requests, one at a time, and replies into bytes. What is on the wire stays here:
// framing, limits, deadlines, refusals, clients that leave. The layer above sees whole requests and
// owes each one exactly one reply.
//
//   accepted -> IDLE -> HEAD -> BODY -> HELD -> REPLYING -> IDLE again, or LINGER -> closed
//
// A request that arrives whole is read where it was received, in a buffer that all connections
// share, and costs no memory. While a request is HELD nothing is read and the connection is never
// freed, whatever its client does.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/head.h"
#include "daemon/http/reply.h"

#include <sys/socket.h>

struct event_base;
struct connection;
struct connections; // all those of one listener

struct request {
    const struct head *head;
    const char *body; // not ended by a NUL
    size_t body_size;
};

struct connection_events {
    // The head is known, the body not yet: this route's body limit, or minus a status. Called once
    // for each request, also without a body. NULL: 64 KiB for every route.
    int (*on_head)(void *context, const struct head *head);
    // A whole request, borrowed until it returns. Exactly one connection_reply() must follow, now
    // or later. Runs from the event loop, never inside connection_reply().
    void (*on_request)(void *context, struct connection *connection, const struct request *request);
    // The connection refuses by itself, with this status (also those of on_head), and closes.
    // head: of the request, borrowed until it returns; NULL where no whole and valid one came.
    // *reply is one line of plain text, which may be replaced; what it points to must live until
    // the next call. NULL: the line is sent.
    void (*on_refused)(void *context, const struct head *head, int status, struct reply *reply);
};

// Deadlines, one queue each.
enum connection_wait {
    WAIT_IDLE,        // for a request to begin
    WAIT_HEAD,        // for the head, from its first byte
    WAIT_BODY,        // for the body, from the end of the head
    WAIT_HELD,        // for the layer above: only logged, again each time
    WAIT_REPLY,       // for the client to take a reply
    WAIT_BODY_EXTRA,  // a second more for each 8 KiB above 64 KiB
    WAIT_REPLY_EXTRA, // the same
    WAIT_LINGER,      // for the client to close; a refused body gets a second more for each 64 KiB
    WAIT_DRAIN_IDLE,  // the same while draining
    WAIT_DRAIN_REPLY, // the same while draining
    WAIT_COUNT
};

struct connection_limits {
    size_t head_bytes;       // at most HEAD_BYTES_LIMIT
    size_t leftover_bytes;   // pipelined requests kept while one is held
    size_t unfinished_bytes; // unfinished requests of all connections; those of 4 KiB are exempt
    size_t unsent_bytes;     // replies that clients do not take, all connections
    size_t linger_bytes;     // thrown away before the close, beside the body of a refused request
    unsigned requests;       // of one connection
    unsigned delay_ms[WAIT_COUNT];
};
struct connection_limits connection_default_limits(void);

// How often each thing happened.
struct connection_counts {
    uint64_t opened, closed, requests;
    uint64_t head_refused;   // malformed, too long, unknown method or version
    uint64_t route_refused;  // by on_head
    uint64_t body_refused;   // 413
    uint64_t budget_refused; // 503: too much unfinished input
    uint64_t head_timeouts, body_timeouts, reply_timeouts, idle_timeouts;
    uint64_t held_late;   // the layer above owed its reply for a whole WAIT_HELD
    uint64_t reply_lost;  // the client had left
    uint64_t reply_cut;   // to stay within unsent_bytes
    uint64_t idle_closed; // to make room for another
};

// limits and events are copied. on_closed, which may be NULL, runs after each connection has gone,
// with the label it was opened with; it must not open or close another.
struct connections *connections_create(struct event_base *base,
                                       const struct connection_limits *limits,
                                       const struct connection_events *events, void *context);
void connections_on_closed(struct connections *all,
                           void (*on_closed)(void *context, const struct sockaddr *peer, int label),
                           void *context);
// Accepts NULL. Closes all, without calling on_closed. Requests that are still HELD must not be
// replied to afterwards.
void connections_destroy(struct connections *all);

// Takes fd, a connected non-blocking stream socket. peer may be NULL.
void connections_open(struct connections *all, int taken_fd, const struct sockaddr *peer,
                      int label);
long connections_count(const struct connections *all);
const struct connection_counts *connections_counts(const struct connections *all);
// Makes room for another: the oldest idle one goes, else the oldest that was refused and only has
// to close. False when there is neither.
bool connections_close_oldest(struct connections *all);
bool connections_have_idle(const struct connections *all); // or such a refused one

// From now on each reply says close; connections without a request get WAIT_DRAIN_IDLE, because a
// request may be on its way.
void connections_drain(struct connections *all);
void connections_close_all(struct connections *all); // but those HELD

// Sent or copied before it returns. Adds Date and Content-Length; Connection: close on 4xx, while
// draining and at the limit of requests. A reply larger than unsent_bytes is cut for a client that
// does not take it at once. Never reports failure: a client that left is nobody's business. The
// connection may be gone afterwards.
void connection_reply(struct connection *connection, const struct reply *reply);

// Only while the request is held.
bool connection_is_draining(const struct connection *connection);
void connection_peer(const struct connection *connection, struct sockaddr_storage *peer);
struct event_base *connection_base(const struct connection *connection);
int connection_label(const struct connection *connection); // that it was opened with
