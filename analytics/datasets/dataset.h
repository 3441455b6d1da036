// A month's dataset: what is asked for, and the functions that write one each.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/collectivity_choice.h"
#include "analytics/documents/csv.h"

struct dataset_request {
    struct session *session; // inside a snapshot
    const struct collectivity_choice *collectivity;
    const char *month;        // "2026-10"
    const char *first_day;    // "2026-10-01"
    const char *from, *until; // the instants that bound it, as statements take them
    int64_t submissions;      // counted ones, as far as progress bars care
};

// All write header and rows into csv; false and *error when the database did not answer.
typedef bool dataset_write(const struct dataset_request *request, struct csv *csv,
                           struct error *error);

// Pain points of each procedure, by audience, with shares and their intervals.
dataset_write dataset_pain_points;
// One line a submission, a column a question.
dataset_write dataset_submissions;
