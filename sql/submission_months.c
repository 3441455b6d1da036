// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_months.h"

#include <time.h>

enum {
    CLOCKS_HOURS = 1,
    WEST_HOURS = 12 + CLOCKS_HOURS, // the zone furthest behind UTC
    EAST_HOURS = 14 + CLOCKS_HOURS, // and the one furthest ahead
};
#define HOUR_US INT64_C(3600000000)

static int month_number(int64_t at_us)
{
    struct tm civil;
    time_t at_s = (time_t)(at_us / 1000000);
    if (gmtime_r(&at_s, &civil) == NULL)
        return -1;
    return civil.tm_year * 12 + civil.tm_mon;
}

bool submissions_are_current(const struct submission *const rows[], size_t count, int64_t now_us)
{
    int64_t first = now_us;
    int64_t last = now_us;
    for (size_t i = 0; i < count; i++) {
        int64_t at = rows[i]->received_at_us;
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    int month = month_number(first - WEST_HOURS * HOUR_US);
    return month >= 0 && month == month_number(last + EAST_HOURS * HOUR_US);
}
