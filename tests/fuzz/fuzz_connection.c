// Any bytes in any order of events on one connection. Bytes from 0xF0 are events, all others are
// sent; in the end the client leaves, and nothing may be left of the connection.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/connection_state.h" // to let deadlines pass, and to look at the budgets

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_EVENT = 0xF0,
    LET_RUN = FIRST_EVENT, // whatever is sent after it comes in another read
    REPLY,                 // to the request that is held
    HOLD_OR_NOT,           // requests from now on
    PASS_TIME,
    DRAIN,
    END_SENDING,
    LEAVE,
    READ,         // what was replied
    LARGE_OR_NOT, // replies from now on
};

struct above {
    struct connection *held;
    bool holds, large;
    size_t requests;
};

static struct event_base *base;
static char large_body[300 * 1024];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void reply(const struct above *above, struct connection *connection)
{
    struct reply small = {.status = 200, .body = "hello\n", .size = 6};
    struct reply large = {.status = 200, .body = large_body, .size = sizeof large_body};
    connection_reply(connection, above->large ? &large : &small);
}

static int on_head(void *context, const struct head *head)
{
    (void)context;
    return head->path.size > 1 && head->path.at[1] == 'x' ? -404 : 20000;
}

static void on_request(void *context, struct connection *connection, const struct request *request)
{
    struct above *above = context;
    size_t sum = 0;
    above->requests++;
    for (size_t i = 0; i < request->body_size; i++) // the sanitizer looks at each
        sum += (unsigned char)request->body[i];
    for (uint32_t i = 0; i < request->head->field_count; i++)
        sum += request->head->fields[i].value.size;
    require(above->held == NULL && sum < SIZE_MAX);
    if (above->holds)
        above->held = connection;
    else
        reply(above, connection);
}

static void run(void)
{
    for (int i = 0; i < 3; i++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void reply_held(struct above *above)
{
    struct connection *held = above->held;
    above->held = NULL;
    if (held != NULL)
        reply(above, held);
}

static void read_all(int client)
{
    static char bytes[64 * 1024];
    while (recv(client, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
}

static void do_event(uint8_t event, struct connections *all, struct above *above, int client)
{
    run();
    switch (event) {
    case REPLY:
        reply_held(above);
        break;
    case HOLD_OR_NOT:
        above->holds = !above->holds;
        break;
    case PASS_TIME:
        for (int i = 0; i < 10; i++)
            deadlines_tick(all->deadlines);
        break;
    case DRAIN:
        connections_drain(all);
        break;
    case END_SENDING:
        (void)shutdown(client, SHUT_WR);
        break;
    case LEAVE:
        (void)shutdown(client, SHUT_RDWR);
        break;
    case READ:
        read_all(client);
        break;
    case LARGE_OR_NOT:
        above->large = !above->large;
        break;
    default:
        break;
    }
    run();
}

static void play(const uint8_t *data, size_t size, struct connections *all, struct above *above,
                 int client)
{
    for (size_t at = 0; at < size;) {
        size_t end = at;
        while (end < size && data[end] < FIRST_EVENT)
            end++;
        if (end > at)
            (void)!send(client, data + at, end - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        at = end;
        if (at < size)
            do_event(data[at++], all, above, client);
    }
}

// The last replies are given and the client is gone: everything ends by itself.
static void finish(struct connections *all, struct above *above, int client)
{
    run();
    (void)close(client);
    for (int i = 0; i < 2000 && connections_count(all) > 0; i++) {
        reply_held(above);
        run();
    }
    require(connections_count(all) == 0);
    require(all->unfinished.left == all->limits.unfinished_bytes);
    require(all->unsent.left == all->limits.unsent_bytes);
    require(all->counts.requests == above->requests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct connection_events events = {.on_head = on_head, .on_request = on_request};
    struct connection_limits limits = connection_default_limits();
    struct above above = {0};
    int ends[2];
    if (base == NULL)
        base = event_base_new();
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    limits.unfinished_bytes = 12 * (size_t)KIB;
    limits.leftover_bytes = 2 * (size_t)KIB;
    limits.requests = 20;
    struct connections *all = connections_create(base, &limits, &events, &above);
    connections_open(all, ends[1], NULL, 0);
    play(data, size, all, &above, ends[0]);
    finish(all, &above, ends[0]);
    connections_destroy(all);
    return 0;
}
