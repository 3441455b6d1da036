// Every wait in one place. A queue holds waits of one length, so the first is always the next to
// expire: arming costs the same whatever their number, and no clock is read. The tick is 100 ms; a
// wait never ends early, and at most one tick late. While the process stands still no time passes:
// what arrived meanwhile is read before anything expires.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>
#include <sys/queue.h>

enum { DEADLINES_TICK_MS = 100 };

struct event_base;
struct deadlines;

// Part of what waits. All zero: not armed.
struct wait {
    TAILQ_ENTRY(wait) link;
    uint32_t expires_tick;
    uint8_t queue; // its number plus one; 0 when not armed
};

// delay_ms[0..queues) is copied; at most 255 queues. on_expired gets a wait that is no longer
// armed: it may arm it again, or free it, or free others. The timer runs only while something
// waits.
struct deadlines *deadlines_create(struct event_base *base, const unsigned *delay_ms, size_t queues,
                                   void (*on_expired)(struct wait *wait, void *context),
                                   void *context);
void deadlines_destroy(struct deadlines *all); // accepts NULL; waits still armed are forgotten

void deadlines_arm(struct deadlines *all, struct wait *wait, unsigned queue); // moves an armed one
void deadlines_disarm(struct deadlines *all, struct wait *wait);      // does nothing when not armed
struct wait *deadlines_oldest(struct deadlines *all, unsigned queue); // NULL when none waits

// One tick passes. The timer calls it; so does a test that will not wait.
void deadlines_tick(struct deadlines *all);
