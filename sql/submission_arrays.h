// The parameters of insert_submissions.sql and look_up_submissions.sql: one binary array a column,
// made from the rows of a batch. submission_columns gives their order.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"

#include <libpq-fe.h>

struct submission_arrays {
    char *bytes[SUBMISSION_COLUMN_COUNT]; // grow and are reused from batch to batch
    size_t capacity[SUBMISSION_COLUMN_COUNT];
    int sizes[SUBMISSION_COLUMN_COUNT];
    int formats[SUBMISSION_COLUMN_COUNT]; // all binary
};

// Makes all arrays from rows[0..count). count is at least 1.
void submission_arrays_fill(struct submission_arrays *arrays, const struct submission *const rows[],
                            size_t count);
void submission_arrays_clear(struct submission_arrays *arrays); // frees
