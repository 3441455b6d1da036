// What the daemon counts, and the one table of what it tells Prometheus. Counting a request or a
// submission is an addition at a place known by index: no text is compared, no memory taken. What
// other modules count themselves is read from them when somebody asks.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/http/listener.h"
#include "daemon/http/route.h"
#include "daemon/metrics/process.h"
#include "daemon/spool/spool.h"
#include "daemon/store/store.h"

#include <stdio.h>

struct metrics;

// routes[0..count) is borrowed: the route table, whose order is that of the counters.
MUST_USE struct metrics *metrics_create(const struct route *routes, size_t count);
void metrics_destroy(struct metrics *metrics); // accepts NULL
DEFINE_AUTO(metrics)

// -- Counting; all accept NULL metrics --

// A reply to a whole request. route: of the table, or NULL where none fitted.
void metrics_count_reply(struct metrics *metrics, const struct route *route, enum method method,
                         int status, uint64_t taken_us);
// A request that the connection refused: counted as a reply, in no histogram of time.
void metrics_count_refusal(struct metrics *metrics, const struct route *route, enum method method,
                           int status);

// What became of a submission: what the store said of it, or why the intake did not let it in.
enum metrics_outcome {
    OUTCOME_STORED = STORE_STORED,
    OUTCOME_SPOOLED = STORE_SPOOLED,
    OUTCOME_REPLAYED = STORE_REPLAYED,
    OUTCOME_CONFLICT = STORE_CONFLICT,
    OUTCOME_GONE = STORE_GONE,
    OUTCOME_REFUSED = STORE_REFUSED,
    OUTCOME_UNAVAILABLE = STORE_UNAVAILABLE,
    OUTCOME_MALFORMED, // no JSON object
    OUTCOME_TOO_LARGE,
    OUTCOME_UNFIT, // does not fit its survey
    OUTCOME_COUNT
};

enum { METRICS_SURVEYS_LIMIT = 1000 };

// Gives each survey its `tally`. Called whenever editions were loaded, before they are used: a
// survey keeps its counters through every publication. Surveys beyond METRICS_SURVEYS_LIMIT share
// tally 0, which has no name: what is published bounds what Prometheus has to keep.
void metrics_number_surveys(struct metrics *metrics, const struct editions *editions);

void metrics_count_submission(struct metrics *metrics, uint32_t tally,
                              enum metrics_outcome outcome);

// -- Telling --

// What others count, read at one moment.
struct metrics_reading {
    struct store_counts store;
    struct spool_counts spool;
    struct listener_counts listener;
    struct process_figures process;
    long connections;
    size_t collectivities, surveys; // published, as far as the daemon knows
    int64_t now_us;                 // for ages
};

// The text format 0.0.4 of Prometheus.
void metrics_write(const struct metrics *metrics, const struct metrics_reading *reading, FILE *out);
