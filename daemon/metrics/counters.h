// What metrics.c counts and metrics_table.c tells.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/metrics/metrics.h"

enum {
    METHOD_SLOTS = METHOD_OPTIONS + 1,
    STATUS_SLOTS = 32, // at most; the last known one is followed by "other"
    STATUSES_END = 600,
    LATENCY_BOUNDS = 14,
};

extern const uint16_t counted_statuses[];
extern const size_t counted_status_count; // its index: any other status
extern const uint32_t latency_bounds_us[LATENCY_BOUNDS];

struct latency {
    uint64_t buckets[LATENCY_BOUNDS + 1]; // each without those before it; the last: longer
    uint64_t sum_us;
};

// One route, or those requests that no route fits.
struct route_counters {
    uint64_t replies[METHOD_SLOTS][STATUS_SLOTS];
    struct latency latency;
};

// One survey; tally 0 has no names.
struct survey_counters {
    char *collectivity, *survey;
    uint64_t outcomes[OUTCOME_COUNT];
};

struct metrics {
    const struct route *routes;
    size_t route_count;
    struct route_counters *by_route; // route_count, and one more
    struct survey_counters *by_tally;
    size_t tally_count;
    int64_t began_us;
    uint8_t status_slots[STATUSES_END];
};
