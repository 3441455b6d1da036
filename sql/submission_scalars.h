// The parameters of insert_submission.sql: one binary value a column, for a submission that goes
// alone. submission_columns gives their order.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"

struct submission_scalars {
    const char *values[SUBMISSION_COLUMN_COUNT]; // NULL: null; they point into numbers and the row
    int sizes[SUBMISSION_COLUMN_COUNT];
    int formats[SUBMISSION_COLUMN_COUNT]; // all binary
    uint64_t numbers[SUBMISSION_COLUMN_COUNT];
};

// The row must stay while the values are used.
void submission_scalars_fill(struct submission_scalars *scalars, const struct submission *row);
