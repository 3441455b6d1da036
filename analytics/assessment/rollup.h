// What the columns of table `rollup` hold, as far as SQL alone decides it: the edges of the bins of
// its histograms. A bin holds [its edge, the next edge); the last one is open. The statement
// insert_rollup.sql has the same numbers; a test compares them.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

enum {
    ROLLUP_PAIN_BITS = 63,
    ROLLUP_MINUTES_BINS = 14,
    ROLLUP_MINUTES_PER_FILE_BINS = 16,
    ROLLUP_ELAPSED_DAYS_BINS = 14,
    ROLLUP_VISITS_BINS = 6,    // 0 1 2 3 4, 5 and more
    ROLLUP_HANDOFFS_BINS = 11, // 0 to 9, 10 and more
    ROLLUP_MINUTES_MOST = 480, // what one answer adds to the sum at most
    ROLLUP_VISITS_MOST = 10,
};

struct rollup_bins {
    const char *column; // of `submission` and of `rollup`
    const int *edges;
    size_t count;
};

// NULL-terminated by column.
const struct rollup_bins *rollup_bins(void);
