// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/deadlines.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

TAILQ_HEAD(waits, wait);

struct queue {
    struct waits waits;
    uint32_t ticks;
};

struct deadlines {
    struct event timer;
    void (*on_expired)(struct wait *wait, void *context);
    void *context;
    size_t armed;
    uint32_t tick;
    size_t queue_count;
    struct queue queues[];
};

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    deadlines_tick(context);
}

struct deadlines *deadlines_create(struct event_base *base, const unsigned *delay_ms, size_t queues,
                                   void (*on_expired)(struct wait *wait, void *context),
                                   void *context)
{
    assert(queues > 0 && queues <= UINT8_MAX);
    struct deadlines *all = memory_allocate(sizeof *all + queues * sizeof *all->queues);
    all->on_expired = on_expired;
    all->context = context;
    all->queue_count = queues;
    for (size_t i = 0; i < queues; i++) {
        TAILQ_INIT(&all->queues[i].waits);
        // One more than the delay: the tick under way has partly passed.
        all->queues[i].ticks = (delay_ms[i] + DEADLINES_TICK_MS - 1) / DEADLINES_TICK_MS + 1;
    }
    (void)event_assign(&all->timer, base, -1, EV_PERSIST, on_timer, all);
    return all;
}

void deadlines_destroy(struct deadlines *all)
{
    if (all == NULL)
        return;
    (void)event_del(&all->timer);
    free(all);
}

static void run_timer(struct deadlines *all)
{
    static const struct timeval tick = {.tv_usec = (suseconds_t)DEADLINES_TICK_MS * 1000};
    if (event_add(&all->timer, &tick) != 0)
        memory_end(); // without a clock nothing would ever end
}

void deadlines_arm(struct deadlines *all, struct wait *wait, unsigned queue)
{
    assert(queue < all->queue_count);
    deadlines_disarm(all, wait);
    // The timer is stopped by the tick that finds nothing armed, not by each disarm.
    if (all->armed++ == 0 && !event_pending(&all->timer, EV_TIMEOUT, NULL))
        run_timer(all);
    wait->expires_tick = all->tick + all->queues[queue].ticks;
    wait->queue = (uint8_t)(queue + 1);
    TAILQ_INSERT_TAIL(&all->queues[queue].waits, wait, link);
}

void deadlines_disarm(struct deadlines *all, struct wait *wait)
{
    if (wait->queue == 0)
        return;
    TAILQ_REMOVE(&all->queues[wait->queue - 1].waits, wait, link);
    wait->queue = 0;
    all->armed--;
}

struct wait *deadlines_oldest(struct deadlines *all, unsigned queue)
{
    assert(queue < all->queue_count);
    return TAILQ_FIRST(&all->queues[queue].waits);
}

// The difference is signed, so that the count may wrap.
static bool has_expired(const struct deadlines *all, const struct wait *wait)
{
    return (int32_t)(all->tick - wait->expires_tick) >= 0;
}

void deadlines_tick(struct deadlines *all)
{
    if (all->armed == 0) {
        (void)event_del(&all->timer);
        return;
    }
    all->tick++;
    for (unsigned i = 0; i < all->queue_count; i++) {
        struct wait *wait = deadlines_oldest(all, i);
        while (wait != NULL && has_expired(all, wait)) {
            deadlines_disarm(all, wait);
            all->on_expired(wait, all->context);
            wait = deadlines_oldest(all, i);
        }
    }
}
