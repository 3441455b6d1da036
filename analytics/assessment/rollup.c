// SPDX-License-Identifier: Apache-2.0
#include "analytics/assessment/rollup.h"

// People answer 5, 10, 15, 30, 60: a bin holds its round number inside, not at its edge.
#define MINUTES 0, 3, 8, 13, 18, 26, 38, 53, 76, 106, 151, 211, 331, 481

static const int minutes[ROLLUP_MINUTES_BINS] = {MINUTES};
static const int minutes_per_file[ROLLUP_MINUTES_PER_FILE_BINS] = {MINUTES, 961, 1921};
static const int elapsed_days[ROLLUP_ELAPSED_DAYS_BINS] = {0,  1,  2,  4,  8,   15,  22,
                                                           31, 46, 61, 91, 121, 181, 366};

static const struct rollup_bins bins[] = {
    {"minutes", minutes, ROLLUP_MINUTES_BINS},
    {"minutes_per_file", minutes_per_file, ROLLUP_MINUTES_PER_FILE_BINS},
    {"elapsed_days", elapsed_days, ROLLUP_ELAPSED_DAYS_BINS},
    {NULL, NULL, 0},
};

const struct rollup_bins *rollup_bins(void)
{
    return bins;
}
