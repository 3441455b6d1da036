// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_months.h"

#include "config/calendar.h"

#include <criterion/criterion.h>
#include <string.h>

static int64_t at(const char *text)
{
    int64_t at_us;
    cr_assert(instant_parse(text, strlen(text), &at_us), "%s", text);
    return at_us;
}

Test(submission_months, needs_a_mark_unless_the_month_is_the_current_one_in_every_zone)
{
    static const struct {
        const char *received_at, *now;
        bool current;
    } rows[] = {
        {"2026-11-15T12:00:00Z", "2026-11-15T12:00:01Z", true},
        {"2026-11-02T12:00:00Z", "2026-11-28T12:00:00Z", true},
        {"2026-10-31T12:00:00Z", "2026-11-15T12:00:00Z", false}, // the month before
        {"2025-11-15T12:00:00Z", "2026-11-15T12:00:00Z", false}, // the year before
        {"2026-11-01T12:59:59Z", "2026-11-15T12:00:00Z", false}, // October in the last zone west
        {"2026-11-01T13:00:00Z", "2026-11-15T12:00:00Z", true},
        {"2026-11-15T12:00:00Z", "2026-11-30T09:00:00Z", false}, // December in the first zone east
        {"2026-11-15T12:00:00Z", "2026-11-30T08:59:59Z", true},
        {"2026-11-30T20:00:00Z", "2026-11-30T20:00:00Z", false}, // PostgreSQL decides
        {"2026-12-02T12:00:00Z", "2026-11-28T12:00:00Z", false}, // the clock went back
        {"2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", false},
        {"2028-02-29T08:00:00Z", "2028-02-29T08:00:00Z", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct submission row;
        submission_clear(&row);
        row.received_at_us = at(rows[i].received_at);
        const struct submission *batch[] = {&row};
        cr_assert_eq(submissions_are_current(batch, 1, at(rows[i].now)), rows[i].current,
                     "%s at %s", rows[i].received_at, rows[i].now);
    }
}

Test(submission_months, needs_a_mark_when_one_row_of_many_does)
{
    struct submission now, before;
    submission_clear(&now);
    submission_clear(&before);
    now.received_at_us = at("2026-11-15T12:00:00Z");
    before.received_at_us = at("2026-09-15T12:00:00Z");
    const struct submission *all_now[] = {&now, &now, &now};
    const struct submission *one_before[] = {&now, &before, &now};
    cr_assert(submissions_are_current(all_now, 3, now.received_at_us));
    cr_assert_not(submissions_are_current(one_before, 3, now.received_at_us));
}
