// What connection.c, connection_reply.c and connections.c share, and only their fuzzer includes
// beside them: the life of a connection and who may move it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/buffer.h"
#include "daemon/http/connection.h"
#include "daemon/http/deadlines.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>

enum {
    KIB = 1024,
    SHARED_BYTES = 16 * KIB,
    EXEMPT_BYTES = 4 * KIB,             // browsers may send a head and its small body apart
    PLAIN_BYTES = 64 * KIB,             // up to here a body or a reply gets no extra time
    BYTES_A_SECOND = 8 * KIB,           // beyond: what the slowest client is allowed
    UNWANTED_BYTES_A_SECOND = 64 * KIB, // the same for a body that was refused
};

enum state {
    IDLE,     // nothing of a request is there
    HEAD,     // some of a head is, in `input`
    BODY,     // the head is, and some of the body, in `input`, which has the request's exact size
    HELD,     // the layer above has the request; `input` may hold pipelined ones
    REPLYING, // the client has not taken all of the reply; the rest is in `output`
    LINGER, // nothing more will be sent; what comes is thrown away, so that no RST kills the reply
    CLOSED, // to be freed by the function that runs its requests
};

union peer {
    struct sockaddr any;
    struct sockaddr_in ip4;
    struct sockaddr_in6 ip6;
};

struct connection {
    struct event event;
    short watched; // EV_READ, EV_WRITE or 0
    uint8_t state;
    bool running;   // its requests are being run: who would free it leaves it CLOSED
    bool unread;    // `input` holds pipelined requests that nobody looked at
    bool closing;   // after the reply
    bool head_only; // of the request that is held, as the next
    bool http10;
    int fd, label;
    struct wait wait;
    TAILQ_ENTRY(connection) link;
    struct connections *all;
    struct buffer input, output;
    size_t scanned;     // of a head, for head_find_end
    uint32_t head_size; // BODY
    uint32_t sent;      // of output
    uint32_t extra_seconds;
    uint32_t requests;
    uint32_t unwanted; // the body of a refused request
    size_t lingered, lingered_before;
    union peer peer;
};

struct connections {
    struct event_base *base;
    struct deadlines *deadlines;
    struct connection_limits limits;
    struct connection_events events;
    void *context;
    void (*on_closed)(void *context, const struct sockaddr *peer, int label);
    void *closed_context;
    TAILQ_HEAD(, connection) list;
    struct budget unfinished, unsent;
    struct connection_counts counts;
    bool draining;
    time_t date_second;
    char date[HTTP_DATE_SIZE];
    char shared[SHARED_BYTES]; // only between a recv() and the return to the loop
};

// connections.c
void connection_arm(struct connection *c, enum connection_wait queue);
void connection_watch(struct connection *c, short what); // EV_READ, EV_WRITE or 0, until told again
void connection_become_idle(struct connection *c);
void connection_release(struct connection *c); // the one place where a connection dies
void connection_close(struct connection *c);   // the same, or CLOSED while its requests are run

// connection.c
void connection_on_event(evutil_socket_t fd, short what, void *context);
void connection_go_on(struct connection *c); // after a reply that came later, or took long
void connection_on_expired(struct wait *wait, void *context);

// connection_reply.c
void connection_send_rest(struct connection *c);
void connection_discard(struct connection *c);
// How many more seconds than the ordinary deadline this size allows.
uint32_t connection_extra_seconds(size_t size);
// Both answer by themselves and close. The request, or what there is of it, is forgotten.
void connection_refuse(struct connection *c, int status, bool head_only);
void connection_refuse_request(struct connection *c, int status, const struct head *head);

static inline struct connection *connection_of(struct wait *wait)
{
    return (struct connection *)(void *)((char *)wait - offsetof(struct connection, wait));
}

// Of a call on a socket that failed: it only has to be made again later.
bool connection_would_block(int number);
