// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/connection_state.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct connection_limits connection_default_limits(void)
{
    return (struct connection_limits){
        .head_bytes = HEAD_BYTES_LIMIT,
        .leftover_bytes = 16 * (size_t)KIB,
        .unfinished_bytes = 24 * (size_t)KIB * KIB,
        .unsent_bytes = 16 * (size_t)KIB * KIB,
        .linger_bytes = 256 * (size_t)KIB,
        .requests = 1000,
        .delay_ms =
            {
                [WAIT_IDLE] = 15000,
                [WAIT_HEAD] = 5000,
                [WAIT_BODY] = 10000,
                [WAIT_HELD] = 60000,
                [WAIT_REPLY] = 10000,
                [WAIT_BODY_EXTRA] = 1000,
                [WAIT_REPLY_EXTRA] = 1000,
                [WAIT_LINGER] = 2000,
                [WAIT_DRAIN_IDLE] = 500,
                [WAIT_DRAIN_REPLY] = 5000,
            },
    };
}

void connection_arm(struct connection *c, enum connection_wait queue)
{
    deadlines_arm(c->all->deadlines, &c->wait, queue);
}

void connection_watch(struct connection *c, short what)
{
    if (c->watched == what)
        return;
    if (c->watched != 0)
        (void)event_del(&c->event);
    c->watched = what;
    if (what == 0)
        return;
    (void)event_assign(&c->event, c->all->base, c->fd, (short)(what | EV_PERSIST),
                       connection_on_event, c);
    if (event_add(&c->event, NULL) != 0)
        memory_end(); // nobody would hear of this connection again
}

void connection_become_idle(struct connection *c)
{
    c->state = IDLE;
    connection_arm(c, c->all->draining ? WAIT_DRAIN_IDLE : WAIT_IDLE);
}

bool connection_would_block(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

void connection_release(struct connection *c)
{
    struct connections *all = c->all;
    union peer peer = c->peer;
    int label = c->label;
    (void)event_del(&c->event); // also takes back what connection_go_on() activated
    deadlines_disarm(all->deadlines, &c->wait);
    TAILQ_REMOVE(&all->list, c, link);
    buffer_clear(&c->input, &all->unfinished);
    buffer_clear(&c->output, &all->unsent);
    (void)close(c->fd);
    free(c);
    all->counts.closed++;
    if (all->on_closed != NULL)
        all->on_closed(all->closed_context, &peer.any, label);
}

void connection_close(struct connection *c)
{
    if (!c->running) {
        connection_release(c);
        return;
    }
    // Its requests may still be read, in `input`; all else is given back now.
    c->state = CLOSED;
    deadlines_disarm(c->all->deadlines, &c->wait);
    buffer_clear(&c->output, &c->all->unsent);
}

struct connections *connections_create(struct event_base *base,
                                       const struct connection_limits *limits,
                                       const struct connection_events *events, void *context)
{
    assert(limits->head_bytes <= HEAD_BYTES_LIMIT && events->on_request != NULL);
    struct connections *all = memory_allocate(sizeof *all);
    all->base = base;
    all->limits = *limits;
    all->events = *events;
    all->context = context;
    all->unfinished = (struct budget){.left = limits->unfinished_bytes, .exempt = EXEMPT_BYTES};
    all->unsent = (struct budget){.left = limits->unsent_bytes};
    all->deadlines =
        deadlines_create(base, limits->delay_ms, WAIT_COUNT, connection_on_expired, all);
    TAILQ_INIT(&all->list);
    return all;
}

void connections_on_closed(struct connections *all,
                           void (*on_closed)(void *context, const struct sockaddr *peer, int label),
                           void *context)
{
    all->on_closed = on_closed;
    all->closed_context = context;
}

static void release_all(struct connections *all, bool held_too)
{
    struct connection *next = NULL;
    for (struct connection *c = TAILQ_FIRST(&all->list); c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->state != HELD || held_too)
            connection_release(c);
    }
}

void connections_destroy(struct connections *all)
{
    if (all == NULL)
        return;
    all->on_closed = NULL;
    release_all(all, true);
    deadlines_destroy(all->deadlines);
    free(all);
}

static void set_peer(union peer *peer, const struct sockaddr *address)
{
    if (address == NULL)
        return;
    if (address->sa_family == AF_INET)
        memcpy(&peer->ip4, address, sizeof peer->ip4);
    else if (address->sa_family == AF_INET6)
        memcpy(&peer->ip6, address, sizeof peer->ip6);
    else
        peer->any.sa_family = address->sa_family;
}

void connections_open(struct connections *all, int taken_fd, const struct sockaddr *peer, int label)
{
    struct connection *c = memory_allocate(sizeof *c);
    c->all = all;
    c->fd = taken_fd;
    c->label = label;
    set_peer(&c->peer, peer);
    (void)event_assign(&c->event, all->base, taken_fd, EV_READ, connection_on_event, c);
    TAILQ_INSERT_TAIL(&all->list, c, link);
    all->counts.opened++;
    connection_become_idle(c);
    connection_watch(c, EV_READ);
}

long connections_count(const struct connections *all)
{
    return (long)(all->counts.opened - all->counts.closed);
}

const struct connection_counts *connections_counts(const struct connections *all)
{
    return &all->counts;
}

static struct wait *dispensable(const struct connections *all)
{
    struct wait *oldest = deadlines_oldest(all->deadlines, WAIT_IDLE);
    return oldest != NULL ? oldest : deadlines_oldest(all->deadlines, WAIT_LINGER);
}

bool connections_have_idle(const struct connections *all)
{
    return dispensable(all) != NULL;
}

bool connections_close_oldest(struct connections *all)
{
    struct wait *oldest = dispensable(all);
    if (oldest == NULL)
        return false;
    all->counts.idle_closed++;
    connection_close(connection_of(oldest));
    return true;
}

void connections_drain(struct connections *all)
{
    struct connection *c = NULL;
    all->draining = true;
    TAILQ_FOREACH(c, &all->list, link)
    {
        if (c->state == IDLE)
            connection_arm(c, WAIT_DRAIN_IDLE);
        else if (c->state == REPLYING)
            connection_arm(c, WAIT_DRAIN_REPLY);
    }
}

void connections_close_all(struct connections *all)
{
    release_all(all, false);
}

bool connection_is_draining(const struct connection *connection)
{
    return connection->all->draining;
}

struct event_base *connection_base(const struct connection *connection)
{
    return connection->all->base;
}

int connection_label(const struct connection *connection)
{
    return connection->label;
}

void connection_peer(const struct connection *connection, struct sockaddr_storage *peer)
{
    *peer = (struct sockaddr_storage){0};
    memcpy(peer, &connection->peer, sizeof connection->peer);
}
