// A demonstration as files in a directory: YYYY-MM.SURVEY.ndjson, ready for the bulk route in the
// order of their names, and truth.json. Each is written under a temporary name and renamed, so that
// a file that is there is whole.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/demonstration.h"

// What has been written.
struct year_count {
    int files;
    long lines;
};

// A month's file of external answers begins with the late ones of the month before; the last
// month's own late ones end the last file. A duplicate is its line twice. The directory is created
// where only its last part is missing. false and *error when anything cannot be written; *count
// then tells nothing.
MUST_USE bool year_write(const struct demonstration *demonstration, const char *directory,
                         struct year_count *count, struct error *error);

// Month starts for demonstration_options: months + 1 instants. day_of gives the day since
// 1970-01-01, in the collectivity's time zone, of an instant; it must never go back.
void year_starts(struct month last_month, int months,
                 int32_t (*day_of)(const void *context, int64_t at_us), const void *context,
                 int64_t *starts_us);
