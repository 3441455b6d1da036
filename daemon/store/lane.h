// One connection to PostgreSQL that stores batches of submissions, one at a time. It is open once a
// probe showed that the database takes them; it closes when a batch is lost, and opens again by
// itself after the next probe.
//
//   closed -> connected -> probe -> open -> lane_send -> insert -> COMMIT -> (look-up) -> on_idle
//   -> open
//                                          lost, or unavailable: on_idle, closed
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.h"
#include "daemon/store/database.h"
#include "daemon/store/store.h"

struct lane;

struct lane_events {
    void (*on_open)(void *context, struct lane *lane); // a batch may be sent, also from within
    // What became of one item: STORE_UNAVAILABLE when nothing is known of it (it may have been
    // committed). The item's memory is not touched afterwards.
    void (*on_decided)(void *context, struct store_item *item, enum store_result result);
    // Every item of the batch was decided. The lane may be open (send the next) or closed.
    void (*on_idle)(void *context, struct lane *lane);
    void (*on_sent)(void *context, size_t rows); // rows leave in one transaction; may be NULL
    void *context;
};

// Connecting begins in the loop. Nothing of settings but the connection string is kept.
MUST_USE struct lane *lane_create(struct event_base *base, const struct settings *settings,
                                  const struct lane_events *events, struct error *error);
void lane_destroy(
    struct lane *lane); // items under way are decided (unavailable) first; NULL: nothing

bool lane_open(const struct lane *lane); // may be sent a batch
bool lane_busy(const struct lane *lane); // a batch is under way
// Does the server promise that what it committed survives a crash (fsync, full_page_writes,
// synchronous_commit), as it said when the lane connected?
bool lane_synced(const struct lane *lane);

// items[0..count): sorted by store_compare_keys(), no key twice, at most `batch_limit`; the array
// is copied. Undecided items are unavailable after deadline_ms. The lane must be open.
void lane_send(struct lane *lane, struct store_item *const items[], size_t count, int deadline_ms);
// The batch under way is unavailable now; the connection is broken.
void lane_abandon(struct lane *lane);
// Connects now if it is pausing: somebody else has just reached the database.
void lane_hasten(struct lane *lane);

// For other statements of the same connection, while the lane is open and idle. The lane is not
// open until the reply came.
void lane_run(struct lane *lane, const struct database_query *queries, size_t count,
              int deadline_ms, void (*on_reply)(void *context, const struct database_reply *reply),
              void *context);
