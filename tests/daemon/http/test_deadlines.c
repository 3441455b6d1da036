// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/deadlines.h"

#include <criterion/criterion.h>
#include <event2/event.h>

enum { SHORT, LONG, QUEUES };

static const unsigned delay_ms[QUEUES] = {100, 250};

struct seen {
    struct deadlines *all;
    struct wait *waits[16];
    size_t count;
    struct wait *arm_again, *also_disarm;
};

static struct event_base *base;
static struct seen seen;

static void on_expired(struct wait *wait, void *context)
{
    struct seen *here = context;
    here->waits[here->count++] = wait;
    cr_assert_eq(wait->queue, 0, "no longer armed");
    if (wait == here->arm_again)
        deadlines_arm(here->all, wait, SHORT);
    if (here->also_disarm != NULL)
        deadlines_disarm(here->all, here->also_disarm);
}

static void set_up(void)
{
    base = event_base_new();
    seen = (struct seen){0};
    seen.all = deadlines_create(base, delay_ms, QUEUES, on_expired, &seen);
}

static void tear_down(void)
{
    deadlines_destroy(seen.all);
    event_base_free(base);
}

static void tick(int times)
{
    while (times-- > 0)
        deadlines_tick(seen.all);
}

TestSuite(deadlines, .init = set_up, .fini = tear_down);

Test(deadlines, never_end_a_wait_early_and_at_most_a_tick_late)
{
    struct wait first = {0}, second = {0};
    deadlines_arm(seen.all, &first, SHORT);
    deadlines_arm(seen.all, &second, LONG);
    tick(1);
    cr_assert_eq(seen.count, 0, "the tick under way had partly passed");
    tick(1);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.waits[0], &first);
    tick(1);
    cr_assert_eq(seen.count, 1, "250 ms are three ticks");
    tick(1);
    cr_assert_eq(seen.count, 2);
    tick(10);
    cr_assert_eq(seen.count, 2, "once");
}

Test(deadlines, expire_in_the_order_of_arming)
{
    struct wait waits[3] = {0};
    for (size_t i = 0; i < 3; i++)
        deadlines_arm(seen.all, &waits[i], SHORT);
    deadlines_arm(seen.all, &waits[0], SHORT); // moves to the end
    cr_assert_eq(deadlines_oldest(seen.all, SHORT), &waits[1]);
    tick(2);
    cr_assert_eq(seen.count, 3);
    cr_assert_eq(seen.waits[0], &waits[1]);
    cr_assert_eq(seen.waits[2], &waits[0]);
    cr_assert_null(deadlines_oldest(seen.all, SHORT));
}

Test(deadlines, move_a_wait_from_queue_to_queue)
{
    struct wait wait = {0};
    deadlines_arm(seen.all, &wait, SHORT);
    deadlines_arm(seen.all, &wait, LONG);
    cr_assert_null(deadlines_oldest(seen.all, SHORT));
    cr_assert_eq(deadlines_oldest(seen.all, LONG), &wait);
    tick(3);
    cr_assert_eq(seen.count, 0);
    tick(1);
    cr_assert_eq(seen.count, 1);
}

Test(deadlines, forget_what_is_disarmed)
{
    struct wait wait = {0};
    deadlines_disarm(seen.all, &wait);
    deadlines_arm(seen.all, &wait, SHORT);
    deadlines_disarm(seen.all, &wait);
    deadlines_disarm(seen.all, &wait);
    tick(10);
    cr_assert_eq(seen.count, 0);
}

Test(deadlines, let_what_expires_arm_itself_again)
{
    struct wait wait = {0};
    seen.arm_again = &wait;
    deadlines_arm(seen.all, &wait, SHORT);
    tick(6);
    cr_assert_eq(seen.count, 3);
    deadlines_disarm(seen.all, &wait);
}

Test(deadlines, let_what_expires_disarm_the_next)
{
    struct wait first = {0}, second = {0}, third = {0};
    seen.also_disarm = &second;
    deadlines_arm(seen.all, &first, SHORT);
    deadlines_arm(seen.all, &second, SHORT);
    deadlines_arm(seen.all, &third, SHORT);
    tick(2);
    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.waits[1], &third);
}

static void leave_loop(struct wait *wait, void *context)
{
    (void)wait;
    (void)event_base_loopbreak(context);
}

Test(deadlines, tick_by_themselves_only_while_something_waits)
{
    struct wait wait = {0};
    struct deadlines *real = deadlines_create(base, delay_ms, QUEUES, leave_loop, base);
    cr_assert_eq(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
    deadlines_arm(real, &wait, SHORT);
    cr_assert_eq(event_base_dispatch(base), 0);
    cr_assert_eq(wait.queue, 0, "it expired");
    cr_assert_eq(event_base_dispatch(base), 1, "no event is left: the timer has stopped");
    deadlines_arm(real, &wait, SHORT);
    cr_assert_eq(event_base_dispatch(base), 0, "and starts again");
    deadlines_destroy(real);
}
