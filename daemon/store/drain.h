// Brings what waits in the spool into PostgreSQL, on a connection of its own, a batch at a time.
// While clients submit too it takes no more than half of the time, so that they never wait for it.
// What conflicts with a stored row, or is refused, goes to recueil.quarantine, never away.
//
//   drain_wake -> spool_next -> lane -> (quarantine) -> spool_confirm -> on_committed -> again
//                               lost -> spool_rewind, later again
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.h"
#include "daemon/spool/spool.h"

#include <event2/event.h>

struct drain;

struct drain_events {
    void (*on_committed)(void *context); // a batch is in PostgreSQL: it takes writes
    bool (*is_busy)(void *context);      // are clients submitting now?
    void *context;
};

struct drain_counts {
    uint64_t drained, quarantined; // rows
    int64_t last_emptied_us;       // 0: not yet
};

// spool and what settings point to must outlive it.
MUST_USE struct drain *drain_create(struct event_base *base, const struct settings *settings,
                                    struct spool *spool, const struct drain_events *events,
                                    struct error *error);
void drain_destroy(struct drain *drain); // accepts NULL

void drain_wake(struct drain *drain);   // something waits
void drain_hasten(struct drain *drain); // the database is there again: connect now
void drain_read_counts(const struct drain *drain, struct drain_counts *counts);
