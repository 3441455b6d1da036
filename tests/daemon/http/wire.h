// What the tests of a connection stand on: a real event loop and real sockets; the test is the
// client and the layer above. Deadlines are made short, and every wait is for an event.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/connection.h"

#include <criterion/criterion.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { CLIENT_BYTES = 1 << 20, TURNS = 600 };

static const size_t KIB = 1024;

struct client {
    int fd;
    size_t size;
    bool ended; // the server closed
    char got[CLIENT_BYTES];
};

// The layer above.
struct above {
    bool holds; // else every request is answered at once
    struct connection *held;
    struct reply reply;
    int head_answer; // what on_head gives
    size_t heads, requests, refused;
    bool refused_head; // the refusal came with its head
    char refused_path[64];
    enum method method;
    bool draining;
    char path[256];
    size_t body_size;
    char body[128 * 1024];
    struct sockaddr_storage peer;
};

static struct event_base *base;
static struct connections *all;
static struct connection_limits limits;
static struct above above;
static struct client *client; // each test has at least one

static inline int on_head(void *context, const struct head *head)
{
    struct above *here = context;
    (void)head;
    here->heads++;
    return here->head_answer;
}

static inline void on_request(void *context, struct connection *connection,
                              const struct request *request)
{
    struct above *here = context;
    here->requests++;
    here->method = request->head->method;
    here->draining = connection_is_draining(connection);
    (void)snprintf(here->path, sizeof here->path, "%.*s", (int)request->head->path.size,
                   request->head->path.at);
    here->body_size = request->body_size;
    memcpy(here->body, request->body, request->body_size);
    connection_peer(connection, &here->peer);
    if (here->holds) {
        cr_assert_null(here->held, "one request at a time");
        here->held = connection;
        return;
    }
    connection_reply(connection, &here->reply);
    // Borrowed until on_request returns, also after the reply.
    cr_assert_eq(memcmp(here->body, request->body, request->body_size), 0);
}

static struct connection_events events = {.on_head = on_head, .on_request = on_request};

static inline void start(void)
{
    all = connections_create(base, &limits, &events, &above);
}

static inline void give_pair(int ends[2])
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static inline struct client *connect_client(void)
{
    int ends[2];
    struct client *new = calloc(1, sizeof *new);
    cr_assert_not_null(new);
    if (all == NULL)
        start();
    give_pair(ends);
    new->fd = ends[0];
    connections_open(all, ends[1], NULL, 0);
    return new;
}

static inline void set_up(void)
{
    base = event_base_new();
    limits = connection_default_limits();
    above = (struct above){
        .reply = {.status = 200, .content_type = "text/plain", .body = "hello\n", .size = 6},
        .head_answer = 65536,
    };
}

static inline void leave(struct client *gone)
{
    if (gone->fd >= 0)
        (void)close(gone->fd);
    gone->fd = -1;
}

static inline void forget(struct client *gone)
{
    leave(gone);
    free(gone);
}

static inline void tear_down(void)
{
    connections_destroy(all);
    if (client != NULL)
        forget(client);
    event_base_free(base);
}

static inline void send_bytes(struct client *from, const char *bytes, size_t size)
{
    cr_assert_eq(send(from->fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static inline void send_text(struct client *from, const char *text)
{
    send_bytes(from, text, strlen(text));
}

static inline void receive(struct client *to)
{
    ssize_t got = 0;
    while (to->fd >= 0 && !to->ended && to->size < CLIENT_BYTES - 1) {
        got = recv(to->fd, to->got + to->size, CLIENT_BYTES - 1 - to->size, 0);
        if (got <= 0)
            break;
        to->size += (size_t)got;
    }
    to->got[to->size] = '\0';
    if (got == 0 && to->fd >= 0 && to->size < CLIENT_BYTES - 1)
        to->ended = true;
}

// One turn of the loop: something happened, be it a tick.
static inline void turn(void)
{
    (void)event_base_loop(base, EVLOOP_ONCE);
}

// Everything that can happen without waiting happens.
static inline void settle_down(void)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        int turns_ = 0;                                                                            \
        while (!(condition)) {                                                                     \
            cr_assert_lt(turns_++, TURNS, "never came: %s", #condition);                           \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

static inline bool has(struct client *of, const char *text)
{
    receive(of);
    return strstr(of->got, text) != NULL;
}

static inline bool has_ended(struct client *of)
{
    receive(of);
    return of->ended;
}

static inline size_t count_of(struct client *in, const char *text)
{
    size_t count = 0;
    receive(in);
    for (const char *at = strstr(in->got, text); at != NULL; at = strstr(at + 1, text))
        count++;
    return count;
}

static inline void forget_received(struct client *of)
{
    receive(of);
    of->size = 0;
    of->got[0] = '\0';
}

static inline void reply_held(const struct reply *reply)
{
    struct connection *held = above.held;
    cr_assert_not_null(held);
    above.held = NULL;
    connection_reply(held, reply);
}

static inline const struct connection_counts *counts(void)
{
    return connections_counts(all);
}

// "POST /p" with a body of that size, in one text; the caller frees it.
static inline char *post_of(size_t body_size, size_t *size)
{
    char *text = malloc(body_size + 128);
    cr_assert_not_null(text);
    int head =
        sprintf(text, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", body_size);
    for (size_t i = 0; i < body_size; i++)
        text[(size_t)head + i] = (char)('a' + i % 26);
    *size = (size_t)head + body_size;
    text[*size] = '\0';
    return text;
}

static inline bool body_is_intact(size_t size)
{
    if (above.body_size != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (above.body[i] != (char)('a' + i % 26))
            return false;
    return true;
}
