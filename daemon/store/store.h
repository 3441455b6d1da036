// Storing submissions. The interface promises: store this, call back exactly once, later. Behind
// it, submissions join a batch; while one batch is in flight the next one gathers; no timer adds
// latency when idle. What PostgreSQL cannot take goes to the spool of this host:
//
//   store_submit -> queue -> lane -> COMMIT -> done                (201; 200, 409, 410 by look-up)
//                     |       | lost, stalled, unavailable
//                     +-------+-> spill -> spool (fsync) -> done   (202) -> drained later
//                                          | full, failed -> done  (503)
//
// After a loss no submission waits for the database again until one of the spool was committed;
// where none can be (the drain gets no connection), the database is tried again every half a
// minute.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/acknowledged.h"
#include "config/settings.h"
#include "config/submission.h"
#include "daemon/spool/spool.h"

#include <event2/event.h>
#include <sys/queue.h>

struct store;

enum store_result {
    STORE_STORED,      // committed in PostgreSQL: the COMMIT was confirmed             201
    STORE_SPOOLED,     // fsynced in this host's spool: will be loaded                  202
    STORE_REPLAYED,    // the same id with the same content was there                   200
    STORE_CONFLICT,    // the same id with other content was there                      409
    STORE_GONE,        // the id was withdrawn                                          410
    STORE_REFUSED,     // PostgreSQL refuses this row, and this row only                422
    STORE_UNAVAILABLE, // nothing durable is known of it; the client keeps it and retries 503
};

// One submission on its way. The caller gives the memory (row and what it points to included) and
// keeps it until done has run.
struct store_item {
    const struct submission *row;
    void (*done)(void *context, enum store_result result);
    void *context;

    // The store's own.
    TAILQ_ENTRY(store_item) link;
    struct store_item *repeat; // the next of the same id, decided with this one
    uint64_t expires_ms, sequence;
    enum store_result result;
    bool other_content; // with STORE_GONE: what was withdrawn had other content
};

// spool and acknowledged are borrowed; NULL (tests): nothing is spooled, nothing is noted. settings
// must outlive the store or be replaced by store_set_limits().
struct store *store_create(struct event_base *base, const struct settings *settings,
                           struct spool *spool, struct acknowledged *acknowledged,
                           struct error *error);
// What waits goes to the spool, or gets STORE_UNAVAILABLE, first. Accepts NULL.
void store_destroy(struct store *store);
// The settings were read again; those that the store took at start stay.
void store_set_limits(struct store *store, const struct settings *settings);

// done runs exactly once, from the loop, never before this returns. STORE_UNAVAILABLE: too many
// wait (in number, or in bytes of content), or neither the database nor the spool takes it.
void store_submit(struct store *store, struct store_item *item);
// Of two rows: by collectivity, then by id.
int store_compare_keys(const struct submission *a, const struct submission *b);

// Whatever waits or is in flight goes to the spool now (a second SIGTERM): its ids absorb what may
// have been committed.
void store_divert(struct store *store);

bool store_available(const struct store *store); // a submission can be promised: 201 or 202
size_t store_waiting(const struct store *store); // items without a result

enum { STORE_RESULTS = STORE_UNAVAILABLE + 1, STORE_BATCH_BUCKETS = 9 };

struct store_counts {
    uint64_t results[STORE_RESULTS];       // items, by what they got
    uint64_t batches[STORE_BATCH_BUCKETS]; // by rows: 1, 2, up to 4, 8, … 256 or more
    uint64_t batch_rows;                   // of all batches together
    uint64_t diverted;                     // items that went towards the spool
    uint64_t drained, quarantined;         // rows of the spool
    uint64_t unacknowledged;               // writes to acknowledged/ that failed
    size_t queued, owed;                   // now
    bool database_up;                      // a connection takes batches, now
    bool database_synced;                  // as far as the last connection said
    int64_t last_drained_us;               // when the spool was emptied last; 0: not yet
};
void store_read_counts(const struct store *store, struct store_counts *counts);
